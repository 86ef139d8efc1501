using System.Text.Json;
using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.BadInput;

/// <summary>Kv refuses input that would have no effect, by its name, instead of ignoring it.</summary>
internal sealed class WithoutEffectTests(Engine engine) : EngineTests(engine)
{
    [Test]
    public async Task No_operation_accepts_an_undocumented_query_parameter()
    {
        await using var host = await KvHost.Start(Engine, ("AUDIT", "store"), ("QUOTA_KEYS", "1000"));
        var kv = host.NewTenant();
        foreach (var (method, path) in await Operations(kv))
        {
            var answer = await kv.Send(method, $"{path}?prefx=x");
            if (method == HttpMethod.Head)
                Assert.That(answer.Status, Is.EqualTo(400), path);
            else
                Expect.Problem(answer, 400, "Invalid input", "prefx", "not a query parameter of this call");
        }
    }

    [Test]
    public async Task No_operation_accepts_an_undocumented_header_of_Kv()
    {
        await using var host = await KvHost.Start(Engine, ("AUDIT", "store"), ("QUOTA_KEYS", "1000"));
        var kv = host.NewTenant();
        foreach (var (method, path) in await Operations(kv))
            foreach (var name in new[] { "KV-AppName", "kv-nonsense" })
            {
                var answer = await kv.With(method, path, null, (name, "x"));
                if (method == HttpMethod.Head)
                    Assert.That(answer.Status, Is.EqualTo(400), path);
                else
                    Expect.Problem(answer, 400, "Invalid input", name, "KV-App-Name");
            }
    }

    [TestCase("PUT", "/kv/a?ttl=60", """{"value":"v"}""", "ttl")]
    [TestCase("POST", "/import?dryrun=true", null, "dryrun")]
    [TestCase("GET", "/kv?prefx=x", null, "prefx")]
    [TestCase("GET", "/kv/a?raw=nonsense", null, "raw")]
    [TestCase("GET", "/kv/a*?revision=1", null, "revision")]
    [TestCase("GET", "/kv/a*?wait=1", null, "wait")]
    [TestCase("GET", "/kv/a*?raw", null, "raw")]
    [TestCase("DELETE", "/kv/a*", null, "key")]
    [TestCase("PATCH", "/kv/a*", """{"ttl":5}""", "key")]
    [TestCase("PUT", "/kv/a", """{"key":"b","value":"v"}""", "key")]
    [TestCase("PUT", "/kv/a", """{"value":"v","expire_at":99}""", "expire_at")]
    [TestCase("POST", "/kv", """{"key":"a","value":"v","expire_at":99}""", "expire_at")]
    public async Task A_request_that_could_be_misunderstood_is_refused(
        string method, string path, string? body, string field)
    {
        await Kv.Put("a", "old");

        Expect.Problem(await Kv.Send(new HttpMethod(method), path, body), 400, null, field);

        Assert.That((await Kv.Get("a")).Body, Does.Contain("\"value\":\"old\",\"ttl\":null"));
        Assert.That((await Kv.Get("b")).Status, Is.EqualTo(404));
    }

    [TestCase("PUT", "/kv/a", "KV-TTL", "60")]
    [TestCase("PUT", "/kv/a", "Idempotency-Key", "x")]
    [TestCase("PATCH", "/kv/a", "Idempotency-Key", "x")]
    [TestCase("DELETE", "/kv/a", "Idempotency-Key", "x")]
    [TestCase("GET", "/kv/a", "Idempotency-Key", "x")]
    [TestCase("GET", "/kv/a*", "KV-Consistency", "serializable")]
    [TestCase("GET", "/export", "KV-Consistency", "serializable")]
    [TestCase("GET", "/kv/a", "KV-TTL", "60")]
    public async Task A_header_without_effect_is_refused(string method, string path, string header, string value)
    {
        await Kv.Put("a", "old");
        var body = method is "PUT" or "PATCH" ? KvClient.Json("""{"value":"new"}"""u8.ToArray()) : null;

        Expect.Problem(await Kv.With(new HttpMethod(method), path, body, (header, value)), 400, null, header);

        Assert.That((await Kv.Get("a")).Json.GetProperty("value").GetString(), Is.EqualTo("old"));
    }

    [Test]
    public async Task A_header_like_those_that_name_the_tenant_is_refused_under_other_names_too()
    {
        await using var host = await KvHost.Start(
            Engine, ("HEADER_NAMESPACE", "X-Tenant-Space"), ("HEADER_APPNAME", "X-Tenant-App"));
        var kv = new KvClient(host.Http, null, null);

        Assert.That(
            (await kv.With(HttpMethod.Put, "/kv/a", Value(), ("X-Tenant-Space", "s"), ("X-Request-Id", "r"))).Status,
            Is.EqualTo(200));
        Expect.Problem(
            await kv.With(HttpMethod.Put, "/kv/a", Value(), ("X-Tenant-Name", "s")), 400, null, "X-Tenant-Name",
            "X-Tenant-App");
        Expect.Problem(
            await kv.With(HttpMethod.Put, "/kv/a", Value(), ("KV-Namespace", "s")), 400, null, "KV-Namespace",
            "X-Tenant-App");

        static ByteArrayContent Value() => KvClient.Json("""{"value":"v"}"""u8.ToArray());
    }

    [Test]
    public async Task A_key_that_ends_in_the_wildcard_is_reached_with_literal()
    {
        var import = KvClient.Bytes("""{"key":"a*","value":"star"}"""u8.ToArray(), "application/x-ndjson");
        await Kv.Put("ab", "v");
        Assert.That((await Kv.With(HttpMethod.Post, "/import", import)).Body, Does.Contain("\"written\":1"));

        Assert.That(
            (await Kv.Send(HttpMethod.Get, "/kv/a*?literal")).Json.GetProperty("value").GetString(),
            Is.EqualTo("star"));
        Assert.That((await Kv.Send(HttpMethod.Patch, "/kv/a*?literal", """{"ttl":60}""")).Status, Is.EqualTo(200));
        Assert.That((await Kv.Send(HttpMethod.Delete, "/kv/a*?literal=true")).Status, Is.EqualTo(204));

        Assert.That((await Kv.List("a")).Json.GetArrayLength(), Is.EqualTo(1));
    }

    // Names replace the parts in braces; the calls have no effect.
    private static async Task<IReadOnlyList<(HttpMethod Method, string Path)>> Operations(KvClient kv)
    {
        var paths = (await kv.Send(HttpMethod.Get, "/swagger/v1/swagger.json")).Json.GetProperty("paths")
            .EnumerateObject();
        return
        [
            .. from path in paths
               where path.Name is not ("/livez" or "/readyz")
               from operation in path.Value.EnumerateObject()
               where operation.Value.ValueKind == JsonValueKind.Object
               select (new HttpMethod(operation.Name.ToUpperInvariant()), path.Name.Replace("{key}", "k")
                   .Replace("{id}", "i")),
        ];
    }
}
