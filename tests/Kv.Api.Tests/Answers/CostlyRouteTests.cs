using Kv.Api.Answers;
using Kv.Api.Tests.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Controllers;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Kv.Api.Tests.Answers;

/// <summary>Each call takes turns, except calls about one small item.</summary>
internal sealed class CostlyRouteTests
{
    private static readonly string[] Cheap =
    [
        "DELETE admin/apikeys/{id}", "DELETE kv/{**key}", "DELETE webhooks/{**id}", "GET admin/overview",
        "GET deliveries/{id}", "GET usage", "GET whoami", "PATCH kv/{**key}", "POST admin/apikeys",
        "POST deliveries/{id}/redeliver", "POST kv", "POST watch-tickets", "POST webhooks", "POST webhooks/{id}/ping",
        "POST webhooks/{id}/rotate-secret", "PUT kv/{**key}", "PUT webhooks/{**id}",
    ];

    private static readonly string[] CheapForOneKey = ["GET kv/{**key}", "GET webhooks/{**id}"];

    [Test]
    public async Task A_call_that_is_not_listed_as_cheap_takes_turns()
    {
        await using var host = await KvHost.Start(Engine.Embedded);
        var routes = host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<ControllerActionDescriptor>() is not null)
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods
                .Where(method => method != HttpMethods.Head)
                .Select(method => (
                    Name: $"{method} {endpoint.RoutePattern.RawText}",
                    Costly: endpoint.Metadata.GetMetadata<CostlyAttribute>())))
            .ToArray();

        Assert.That(
            routes.Where(route => route.Costly is null).Select(route => route.Name).Distinct(),
            Is.EquivalentTo(Cheap));
        Assert.That(
            routes.Where(route => route.Costly is { ExceptForOneKey: true }).Select(route => route.Name).Distinct(),
            Is.EquivalentTo(CheapForOneKey));
    }
}
