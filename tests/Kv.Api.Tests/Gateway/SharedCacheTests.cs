using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.Gateway;

/// <summary>A cache that several tenants share between them and Kv must not give one tenant another's data.</summary>
internal sealed class SharedCacheTests(Engine engine) : EngineTests(engine)
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
    public async Task Each_answer_is_private_and_names_all_that_it_depends_on(string path)
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
    public async Task An_error_is_not_cached_either()
    {
        var answer = await Kv.Send(HttpMethod.Get, "/kv?limit=0");

        Expect.Problem(answer, 400, null, "limit");
        Assert.That(answer.Header("Cache-Control"), Does.Contain("no-cache"));
    }

    [Test]
    public async Task A_value_is_not_embedded_by_pages_of_another_site()
    {
        await Kv.Put("k", "v");

        var answer = await Kv.Send(HttpMethod.Get, "/kv/k?raw");

        Assert.That(answer.Header("Cross-Origin-Resource-Policy"), Is.EqualTo("same-origin"));
    }
}
