using Kv.Api.Tests.Hosting;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Kv.Api.Tests.Access;

/// <summary>Only the routes that docs/security.md lists are reachable without credentials.</summary>
internal sealed class OpenRouteTests(Engine engine) : AccessTest(engine)
{
    private static readonly string[] Open = ["/", "/livez", "/readyz", "/metrics"];

    protected override (string Name, string? Value)[] Settings => [.. base.Settings, KvHost.WithTelemetry];

    [Test]
    public async Task Every_route_but_the_open_ones_needs_credentials()
    {
        var endpoints = Host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .ToArray();
        Assert.That(endpoints, Has.Length.GreaterThan(20), "the search finds the routes");

        var open = new List<string>();
        foreach (var endpoint in endpoints)
        {
            var path = "/" + string.Join('/', endpoint.RoutePattern.PathSegments.Select(segment =>
                segment.IsSimple
                    && segment.Parts[0] is Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal
                    ? literal.Content
                    : "x"));
            foreach (var method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods
                ?? ["GET", "POST", "PUT", "DELETE"])
            {
                var answer = await Kv.Send(new HttpMethod(method), path, content: null);
                if (answer.Status != 401)
                    open.Add(path);
                else if (method != "HEAD")
                    ExpectUnauthorized(answer);
            }
            Assert.That(
                endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null, Is.EqualTo(Open.Contains(path)),
                $"{path} says whether it is open");
        }

        Assert.That(open.Distinct(), Is.SubsetOf(Open));
    }

    [TestCase("GET", "/nowhere")]
    [TestCase("TRACE", "/kv")]
    [TestCase("OPTIONS", "/kv/k")]
    [TestCase("PATCH", "/watch")]
    [TestCase("GET", "/admin")]
    [TestCase("GET", "//kv/k")]
    [TestCase("GET", "/livez/x")]
    public async Task An_unknown_route_is_401_without_credentials(string method, string path) =>
        ExpectUnauthorized(await Kv.Send(new HttpMethod(method), path, content: null));

    [TestCase("/livez", 200)]
    [TestCase("/readyz", 200)]
    [TestCase("/", 200)]
    [TestCase("/console/", 200)]
    [TestCase("/console/settings.json", 200)]
    [TestCase("/swagger/index.html", 200)]
    [TestCase("/swagger/v1/swagger.json", 200)]
    public async Task Probes_and_documents_are_open(string path, int status) =>
        Assert.That((await Kv.Send(HttpMethod.Get, path)).Status, Is.EqualTo(status));
}
