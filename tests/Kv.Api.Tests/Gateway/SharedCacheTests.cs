using System.Text.RegularExpressions;
using Kv.Api.Tests.Hosting;
using Microsoft.AspNetCore.Mvc.Controllers;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Kv.Api.Tests.Gateway;

/// <summary>A cache that several tenants share between them and Kv must not give one tenant another's data.</summary>
internal sealed partial class SharedCacheTests(Engine engine) : EngineTests(engine)
{
    [TestCase("/kv/k")]
    [TestCase("/kv/k?raw")]
    [TestCase("/kv/k*")]
    [TestCase("/kv")]
    [TestCase("/kv/missing")]
    [TestCase("/history/k")]
    [TestCase("/export")]
    [TestCase("/webhooks")]
    [TestCase("/webhooks/*")]
    public async Task Each_answer_is_private_and_its_Vary_names_the_headers_it_depends_on(string path)
    {
        await Kv.Put("k", "v");

        var answer = await Kv.Send(HttpMethod.Get, path);

        Assert.That(answer.Header("Cache-Control"), Does.Contain("private").And.Contain("no-cache"), answer.ToString());
        Assert.That(
            answer.Headers["Vary"],
            Is.EquivalentTo(new[] { "Accept", "KV-Namespace", "KV-App-Name", "Authorization", "X-API-Key" }));
        Assert.That(answer.Header("X-Content-Type-Options"), Is.EqualTo("nosniff"));
    }

    [Test]
    public async Task The_answers_of_every_call_are_private_and_name_the_headers_as_they_are_configured()
    {
        await using var host = await KvHost.Start(
            Engine, ("HEADER_NAMESPACE", "X-Shop"), ("HEADER_APPNAME", "X-Till"), ("AUDIT", "store"),
            ("QUOTA_KEYS", "1000"));
        var endpoints = host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<ControllerActionDescriptor>() is not null).ToArray();
        Assert.That(endpoints, Has.Length.GreaterThan(20), "the search finds the calls");

        foreach (var endpoint in endpoints)
            foreach (var method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods)
            {
                // A watch without a query never ends. A wrong query makes the same call answer with an error.
                var path = "/" + Parameter().Replace(endpoint.RoutePattern.RawText!, "k");
                using var request = new HttpRequestMessage(
                    new HttpMethod(method), new Uri(path == "/watch" ? "/watch?since=x" : path, UriKind.Relative))
                {
                    Headers = { { "X-Shop", "shop" }, { "X-Till", "till" } },
                };
                using var answer = await host.Http.SendAsync(request);

                var call = $"{method} {path}: {answer}";
                Assert.That(
                    answer.Headers.CacheControl?.ToString(),
                    Is.EqualTo("no-cache, private").Or.EqualTo(answer.IsSuccessStatusCode ? "no-store" : null), call);
                Assert.That(
                    answer.Headers.Vary,
                    Is.EquivalentTo(new[] { "Accept", "X-Shop", "X-Till", "Authorization", "X-API-Key" }), call);
                Assert.That(answer.Headers.GetValues("X-Content-Type-Options"), Is.EqualTo(new[] { "nosniff" }), call);
            }
    }

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameter();

    // An exception, a problem of the call, and statuses before the call is known.
    [TestCase("GET", "/kv?limit=0", 400)]
    [TestCase("POST", "/kv", 415)]
    [TestCase("GET", "/nothing", 404)]
    [TestCase("DELETE", "/usage", 405)]
    public async Task Errors_have_the_same_headers_and_no_others(string method, string path, int status)
    {
        var answer = await Kv.Send(new HttpMethod(method), path);

        Assert.That(answer.Status, Is.EqualTo(status), answer.ToString());
        Assert.That(answer.Header("Cache-Control"), Does.Contain("private").And.Contain("no-cache"), answer.ToString());
        Assert.That(
            answer.Headers["Vary"],
            Is.EquivalentTo(new[] { "Accept", "KV-Namespace", "KV-App-Name", "Authorization", "X-API-Key" }));
        Assert.That(answer.Header("X-Content-Type-Options"), Is.EqualTo("nosniff"));
        Assert.That((answer.Header("Pragma"), answer.Header("Expires")), Is.EqualTo(((string?)null, (string?)null)));
    }

    [Test]
    public async Task A_page_of_an_allowed_site_is_named_in_Vary_as_well()
    {
        await using var host = await KvHost.Start(
            Engine, ("CORS_ORIGINS", "https://pages.example,https://others.example"));

        var missing = await host.NewTenant().With(HttpMethod.Get, "/kv/k", null, ("Origin", "https://pages.example"));

        Assert.That(missing.Status, Is.EqualTo(404));
        Assert.That(missing.Headers["Vary"], Does.Contain("Origin").And.Contain("KV-Namespace"));
    }

    [Test]
    public async Task Pages_of_another_site_cannot_embed_a_value()
    {
        await Kv.Put("k", "v");

        var answer = await Kv.Send(HttpMethod.Get, "/kv/k?raw");

        Assert.That(answer.Header("Cross-Origin-Resource-Policy"), Is.EqualTo("same-origin"));
    }
}
