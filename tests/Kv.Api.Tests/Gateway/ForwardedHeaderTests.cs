using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.Gateway;

/// <summary>Kv trusts X-Forwarded headers of TRUSTED_PROXIES only. The tests call from 127.0.0.1.</summary>
internal sealed class ForwardedHeaderTests
{
    private static readonly (string, string)[] Forwarded =
    [
        ("X-Forwarded-For", "203.0.113.7"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "kv.example.com"),
        ("X-Forwarded-Prefix", "/stores/kv"),
    ];

    [TestCase("127.0.0.0/8")]
    [TestCase("10.0.0.0/8, 127.0.0.1")]
    public async Task A_trusted_proxy_sets_the_path_prefix(string trusted)
    {
        var host = await SharedHosts.Get(Engine.Embedded, ("TRUSTED_PROXIES", trusted));
        var kv = host.NewTenant();

        Assert.That(await NextPage(kv), Does.StartWith("/stores/kv/kv?"));
        var root = await kv.With(HttpMethod.Get, "/", null, Forwarded);
        Assert.That(root.Body, Does.Contain("href=\"/stores/kv/swagger\""));
    }

    [TestCase(null)]
    [TestCase("10.0.0.0/8,fd00::/8")]
    public async Task Headers_of_an_untrusted_sender_are_ignored(string? trusted)
    {
        var host = await SharedHosts.Get(Engine.Embedded, ("TRUSTED_PROXIES", trusted));
        var kv = host.NewTenant();

        Assert.That(await NextPage(kv), Does.StartWith("/kv?"));
        var root = await kv.With(HttpMethod.Get, "/", null, Forwarded);
        Assert.That(root.Body, Does.Contain("href=\"/swagger\""));
    }

    [Test]
    public async Task A_prefix_that_is_a_path_of_Kv_changes_no_key()
    {
        var host = await SharedHosts.Get(Engine.Embedded, ("TRUSTED_PROXIES", "127.0.0.1"));
        var kv = host.NewTenant();
        await kv.Post("kv/a", "v");

        var answer = await kv.With(HttpMethod.Get, "/kv/kv/a", null, ("X-Forwarded-Prefix", "/kv"));

        Assert.That(answer.Status, Is.EqualTo(200), answer.ToString());
        Assert.That(answer.Json.GetProperty("key").GetString(), Is.EqualTo("kv/a"));
    }

    [TestCase("/a>; rel=\"next\", <http://evil.example")]
    [TestCase("/%0d%0aSet-Cookie: a=b")]
    [TestCase("kv")]
    public async Task A_prefix_of_a_trusted_proxy_cannot_break_out_of_a_header(string prefix)
    {
        var host = await SharedHosts.Get(Engine.Embedded, ("TRUSTED_PROXIES", "127.0.0.1"));
        var kv = host.NewTenant();
        await Fill(kv);

        var answer = await kv.With(HttpMethod.Get, "/kv?limit=1", null, ("X-Forwarded-Prefix", prefix));

        Assert.That(answer.Status, Is.EqualTo(200), answer.ToString());
        Assert.That(answer.Header("Set-Cookie"), Is.Null);
        Assert.That(answer.Header("Link")!.Count(c => c is '<' or '>'), Is.EqualTo(2));
    }

    [TestCase("/", "/kv?")]
    [TestCase("//", "/kv?")]
    [TestCase("/stores/kv/", "/stores/kv/kv?")]
    [TestCase("//evil.example", "/evil.example/kv?")]
    public async Task A_link_stays_on_the_host_whatever_slashes_a_prefix_has(string prefix, string start)
    {
        var host = await SharedHosts.Get(Engine.Embedded, ("TRUSTED_PROXIES", "127.0.0.1"));
        var kv = host.NewTenant();
        await Fill(kv);

        var answer = await kv.With(HttpMethod.Get, "/kv?limit=1", null, ("X-Forwarded-Prefix", prefix));
        var root = await kv.With(HttpMethod.Get, "/", null, ("X-Forwarded-Prefix", prefix));

        Assert.That(answer.Header("Link"), Does.StartWith($"<{start}"));
        Assert.That(root.Body, Does.Contain($"href=\"{start[..^4]}/swagger\""));
    }

    [Test]
    public async Task A_forwarded_prefix_precedes_the_base()
    {
        var host = await SharedHosts.Get(
            Engine.Embedded, ("TRUSTED_PROXIES", "127.0.0.1"), ("PATH_BASE", "/kv-service"));
        var kv = host.NewTenant();

        Assert.That(await NextPage(kv, "/kv-service"), Does.StartWith("/stores/kv/kv-service/kv?"));
        Assert.That(await NextPage(kv), Does.StartWith("/stores/kv/kv?"), "the gateway that took it off says so");
    }

    private static async Task<string> NextPage(KvClient kv, string pathBase = "")
    {
        await Fill(kv);
        var answer = await kv.With(HttpMethod.Get, $"{pathBase}/kv?limit=1", null, Forwarded);
        return answer.Header("Link")!.Split('<', '>')[1];
    }

    private static async Task Fill(KvClient kv)
    {
        await kv.Post("a", "v");
        await kv.Post("b", "v");
    }
}
