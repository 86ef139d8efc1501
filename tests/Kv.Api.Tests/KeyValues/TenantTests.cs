using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.KeyValues;

internal sealed class TenantTests(Engine engine) : EngineTests(engine)
{
    // Pairs that would collide if names and keys were simply concatenated.
    private static readonly (string Namespace, string AppName, string Key)[] Neighbours =
    [
        ("a", "b", "c"), ("a", "b", "c/c"), ("a", "bc", "c"), ("ab", "c", "c"), ("a", "b", "b/c"), ("a", "c", "b/c"),
        ("b", "a", "c"),
        ("A", "b", "c"), ("a", "B", "c"), ("a", "b c", "c"), ("a.b", "c", "c"), ("..", "..", "c"), (".", "b", "c"),
        ("a", "..", "b/c"),
        ("a%2Fb", "c", "c"), ("a", "b%2Fc", "c"), ("a\\b", "c", "c"), ("kv", "kv", "kv/a/b/c"), ("é", "b", "c"),
        ("e\u0301", "b", "c"),
        ("a", "b\u200b", "c"),
    ];

    [Test]
    public async Task Each_tenant_sees_its_own_keys_alone()
    {
        await using var host = await KvHost.Start(Engine);
        for (var number = 0; number < Neighbours.Length; number++)
        {
            var (space, app, key) = Neighbours[number];
            Assert.That(
                (await Utf8Send(host, "PUT", space, app, key, $"value {number}")).Status, Is.EqualTo(200),
                $"{space}|{app}");
        }

        foreach (var tenant in Neighbours.GroupBy(neighbour => (neighbour.Namespace, neighbour.AppName)))
        {
            var listed = await Utf8Send(host, "GET", tenant.Key.Namespace, tenant.Key.AppName, null);
            Assert.That(
                listed.Json.EnumerateArray()
                    .Select(item => (item.GetProperty("key").GetString(), item.GetProperty("value").GetString())),
                Is.EquivalentTo(
                    tenant.Select(neighbour => (neighbour.Key, $"value {Array.IndexOf(Neighbours, neighbour)}"))),
                tenant.Key.ToString());
        }

        var deleted = await Utf8Send(host, "DELETE", "a", "b", "c");
        Assert.That(deleted.Status, Is.EqualTo(204));
        Assert.That((await Utf8Send(host, "GET", "A", "b", null)).Json.GetArrayLength(), Is.EqualTo(1));
    }

    [Test]
    public async Task Without_headers_the_tenant_is_default_default()
    {
        await using var host = await KvHost.Start(Engine);
        await new KvClient(host.Http, null, null).Post("k", "v");

        Assert.That((await new KvClient(host.Http, "default", "default").Get("k")).Status, Is.EqualTo(200));
        Assert.That((await new KvClient(host.Http, "default", null).Get("k")).Status, Is.EqualTo(200));
        Assert.That((await new KvClient(host.Http, null, "other").Get("k")).Status, Is.EqualTo(404));
    }

    [Test]
    public async Task Names_of_headers_defaults_and_limits_can_be_configured()
    {
        await using var host = await KvHost.Start(
            Engine,
            ("HEADER_NAMESPACE", "X-Space"), ("HEADER_APPNAME", "X-App"), ("DEFAULT_NAMESPACE", "home"),
            ("DEFAULT_APPNAME", "main"),
            ("MAX_NAMESPACE_LEN", "4"), ("MAX_APPNAME_LEN", "5"), ("MAX_KEY_LEN", "6"), ("MAX_VALUE_SIZE", "7"),
            ("MAX_TTL_SECONDS", "8"));
        var kv = new KvClient(host.Http, null, null);

        Assert.That((await kv.Post("123456", "1234567", 8)).Status, Is.EqualTo(201));
        Assert.That((await Send(host, "home", "main")).Status, Is.EqualTo(200));
        Assert.That((await Send(host, "home", "othr")).Status, Is.EqualTo(404));
        Expect.Problem(
            await new KvClient(host.Http, "home", "main").Get("k"), 400, "Invalid input", "KV-Namespace",
            "X-App, X-Space");
        Expect.Problem(await kv.Post("1234567", "v"), 400, "Key too long (max 6 characters)", "key", "6");
        Expect.Problem(await kv.Post("k", "12345678"), 400, "Value too large (max 7 bytes)", "value", "7");
        Expect.Problem(await kv.Post("k", "v", 9), 400, "TTL must be between 0 and 8 seconds", "ttl", "8");
        Expect.Problem(
            await Send(host, "12345", "main"), 400, "Namespace too long (max 4 characters)", "namespace", "4");
        Expect.Problem(
            await Send(host, "home", "123456"), 400, "App name too long (max 5 characters)", "app_name", "5");

        static Task<Answer> Send(KvHost host, string space, string app) => RawHttp.Send(
            host.Address,
            RawHttp.Request(
                "GET", "/kv/123456", new KvClient(host.Http, null, null), null, $"X-Space: {space}", $"X-App: {app}"));
    }

    [Test]
    public async Task Names_of_25_and_50_characters_are_accepted_and_longer_ones_are_not()
    {
        var host = Host;
        var space = Unique(25);
        var app = Unique(50);

        Assert.That((await Utf8Send(host, "PUT", space, app, "k", "v")).Status, Is.EqualTo(200));
        Assert.That((await Utf8Send(host, "GET", space, app, "k")).Status, Is.EqualTo(200));
        Expect.Problem(
            await Utf8Send(host, "PUT", space + "x", app, "k", "v"), 400, "Namespace too long (max 25 characters)",
            "namespace", "25");
        Expect.Problem(
            await Utf8Send(host, "PUT", space, app + "x", "k", "v"), 400, "App name too long (max 50 characters)",
            "app_name", "50");

        // A character counts once, however many bytes it takes.
        static string Unique(int length) =>
            string.Concat(Enumerable.Repeat("🎉", length - 10)) + KvHost.Unique("")[..10];
    }

    // Header values are UTF-8, which HttpClient would not send.
    private static Task<Answer> Utf8Send(
        KvHost host, string method, string space, string app, string? key, string? value = null)
    {
        var path = key is null ? "/kv/*" : KvClient.PathOf(key);
        var body = value is null ? null : System.Text.Encoding.UTF8.GetBytes($$"""{"value":"{{value}}"}""");
        var names = new KvClient(host.Http, Latin1OfUtf8(space), Latin1OfUtf8(app));
        return RawHttp.Send(host.Address, RawHttp.Request(method, path, names, body));
    }

    private static string Latin1OfUtf8(string text) =>
        System.Text.Encoding.Latin1.GetString(System.Text.Encoding.UTF8.GetBytes(text));
}
