using Kv.Api.Tests.Hosting;
using Kv.Testing;
using static Kv.Api.Tests.Audit.AuditLines;

namespace Kv.Api.Tests.Audit;

/// <summary>The audit in the log of the real program.</summary>
internal sealed class AuditLogTests
{
    private const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";

    private readonly TemporaryDirectory _data = new();

    [TearDown]
    public void Dispose() => _data.Dispose();

    [TestCase(Engine.Etcd)]
    [TestCase(Engine.Embedded)]
    public async Task Every_change_is_logged_with_its_outcome_and_without_its_value(Engine engine)
    {
        await using var kv = await Start(engine, ("AUDIT", "log"));
        var client = await kv.Client("a-space", "an-app");

        var written = await client.Put("k", "hidden-value");
        await client.With(HttpMethod.Put, "/kv/k", Body("""{"value":"hidden-value"}"""), ("If-None-Match", "*"));
        await client.Send(HttpMethod.Patch, "/kv/k", """{"ttl":600}""");
        await client.Delete("k");
        await client.Send(HttpMethod.Post, "/txn", """
            {"compare":[{"key":"k","exists":true}],"success":[{"op":"set","key":"t","value":"hidden-value"}],
             "failure":[{"op":"set","key":"f","value":"hidden-value"},{"op":"get","key":"t"}]}
            """);
        await client.With(HttpMethod.Post, "/kv", Body("""{"key":"once","value":"hidden-value"}"""), ("Idempotency-Key", "one"));
        await client.With(HttpMethod.Post, "/kv", Body("""{"key":"once","value":"hidden-value"}"""), ("Idempotency-Key", "one"));
        await client.Get("once");
        await client.Put("", "hidden-value");
        var webhook = (await client.Send(
            HttpMethod.Post, "/webhooks",
            $$"""{"key":"*","event":"*","endpoint":"http://127.0.0.1:1/hidden-path","secret":"{{MeasuredKv.Secret}}"}"""))
            .Json.GetProperty("id").GetString();
        await client.Send(HttpMethod.Delete, $"/webhooks/{webhook}");
        await kv.Terminate();

        var seen = Of(kv);
        Assert.That(
            seen.Select(line => $"{line.Text("Operation")} {line.Text("Target")} {line.Text("Outcome")}"),
            Is.EqualTo(new[]
        {
            "set k applied", "set k condition_failed", "set_ttl k applied", "delete k applied",
            "set t condition_failed", "set f applied",
            "set once applied", "set once replayed", $"add_webhook {webhook} applied",
            $"delete_webhook {webhook} applied",
        }));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(seen.Select(line => line.Text("Actor")), Has.All.EqualTo("anonymous"));
            Assert.That(seen.Select(line => line.Text("Address")), Has.All.EqualTo("127.0.0.1"));
            Assert.That(
                seen.Select(line => (line.Text("Namespace"), line.Text("AppName"))),
                Has.All.EqualTo(("a-space", "an-app")));
            Assert.That($"\"{seen[0].Text("Revision")}\"", Is.EqualTo(written.Header("ETag")));
            Assert.That(kv.Output, Does.Not.Contain("hidden").And.Not.Contain(MeasuredKv.Secret[6..]));
        }
    }

    [Test]
    public async Task A_repeated_registration_is_logged_with_the_id_of_the_first()
    {
        await using var kv = await Start(Engine.Embedded, ("AUDIT", "log"));
        var client = await kv.Client("a-space", "an-app");

        var ids = new List<string?>();
        foreach (var _ in new[] { 1, 2 })
            ids.Add((await client.With(
                HttpMethod.Post, "/webhooks", Body("""{"key":"*","event":"*","endpoint":"http://127.0.0.1:1/"}"""), ("Idempotency-Key", "one")))
                .Json.GetProperty("id").GetString());
        await kv.Terminate();

        Assert.That(ids, Has.All.EqualTo(ids[0]));
        Assert.That(
            Of(kv).Select(line => $"{line.Text("Operation")} {line.Text("Target")} {line.Text("Outcome")}"),
            Is.EqualTo(new[] { $"add_webhook {ids[0]} applied", $"add_webhook {ids[0]} replayed" }));
    }

    [Test]
    public async Task A_write_beyond_the_quota_is_logged_as_refused()
    {
        await using var kv = await Start(Engine.Embedded, ("AUDIT", "log"), ("QUOTA_KEYS", "1"));
        var client = await kv.Client("a-space", "an-app");
        await Eventually.Holds(
            async () => (await client.Send(HttpMethod.Get, "/readyz")).Status == 200, "Kv has counted the keys");

        await client.Put("k", "v");
        await client.Put("more", "v");
        await client.Send(HttpMethod.Post, "/txn", """{"success":[{"op":"delete","key":"none"},{"op":"set","key":"another","value":"v"}]}""");
        await kv.Terminate();

        Assert.That(
            Of(kv).Select(line => $"{line.Text("Operation")} {line.Text("Target")} {line.Text("Outcome")}"),
            Is.EqualTo(new[] { "set k applied", "set more refused", "delete none refused", "set another refused" }));
    }

    [Test]
    public async Task A_change_with_an_unknown_outcome_is_logged_with_its_trace()
    {
        await using var kv = KvProcess.Start(
            ("STORE", "etcd"), ("ETCD_ENDPOINTS", $"127.0.0.1:{FreePort.Next()}"), ("LOG_FORMAT", "json"),
            ("AUDIT", "log"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://127.0.0.1:{FreePort.Next()}"));
        var client = await kv.Client();
        await client.With(HttpMethod.Put, "/kv/k", Body("""{"value":"v"}"""), ("traceparent", $"00-{TraceId}-00f067aa0ba902b7-01"));
        await Eventually.Holds(() => Of(kv).Length == 1, "the change is logged");

        Assert.That((Of(kv)[0].Text("Outcome"), Of(kv)[0].Text("TraceId")), Is.EqualTo(("failed", TraceId)));
    }

    [Test]
    public async Task The_log_names_a_caller_by_the_id_of_its_API_key()
    {
        var store = new[] { ("STORE", "embedded"), ("DATA_DIR", _data.Path) };
        var made = await KvProcess.Run(["apikey", "create", "--admin"], store);
        var secret = made.Output.Trim();
        await using var kv = await Start(Engine.Embedded, ("AUTH", "apikey"), ("AUDIT", "log"));
        var client = await kv.Client();
        Task<Answer> Ask(HttpMethod method, string path, string? body) =>
            client.With(method, path, body is null ? null : Body(body), ("Authorization", $"Bearer {secret}"));

        await Ask(HttpMethod.Put, "/kv/k", """{"value":"hidden-value"}""");
        var issued = await Ask(HttpMethod.Post, "/admin/apikeys", """{"namespace":"n","app":"a","verbs":["read"]}""");
        var id = issued.Json.GetProperty("id").GetString()!;
        await Ask(HttpMethod.Delete, $"/admin/apikeys/{id}", null);
        await kv.Terminate();

        var seen = Of(kv);
        Assert.That(
            seen.Select(line => $"{line.Text("Operation")} {line.Text("Target")} {line.Text("Outcome")}"),
            Is.EqualTo(new[] { "set k applied", $"create_api_key {id} applied", $"revoke_api_key {id} applied" }));
        Assert.That(seen.Select(line => line.Text("Actor")), Has.All.EqualTo(secret[3..19]), "the id of the API key");
        Assert.That(kv.Output, Does.Not.Contain(secret[20..]));
    }

    [TestCase(Engine.Etcd)]
    [TestCase(Engine.Embedded)]
    public async Task The_log_of_a_revocation_names_the_webhooks_that_remain(Engine engine)
    {
        var store = await Store(engine);
        var administrator = (await KvProcess.Run(["apikey", "create", "--admin"], store)).Output.Trim();
        await using var kv = KvProcess.Start(
            [.. store, ("LOG_FORMAT", "json"), ("AUTH", "apikey"), ("AUDIT", "log")]);
        var client = new KvClient(await kv.Http(), "n", "a") { Credential = administrator };
        var key = (await client.Send(
            HttpMethod.Post, "/admin/apikeys", """{"namespace":"n","app":"a","verbs":["webhooks"]}""")).Json;
        var holder = new KvClient(await kv.Http(), "n", "a") { Credential = key.GetProperty("key").GetString() };
        var webhook = await holder.Send(
            HttpMethod.Post, "/webhooks", """{"key":"a","event":"*","endpoint":"https://receiver.example/a"}""");
        var id = key.GetProperty("id").GetString();

        var revoked = await client.Send(HttpMethod.Delete, $"/admin/apikeys/{id}");
        await kv.Terminate();

        Assert.That(revoked.Status, Is.EqualTo(200), revoked.ToString());
        Assert.That(
            Of(kv).Select(line => $"{line.Text("Operation")} {line.Text("Target")} {line.Text("Outcome")}").TakeLast(2),
            Is.EqualTo(new[]
            {
                $"revoke_api_key {id} applied",
                $"leave_webhook n/a/{webhook.Json.GetProperty("id").GetString()} applied",
            }));
    }

    [Test]
    public async Task By_default_there_is_no_audit_log()
    {
        await using var kv = await Start(Engine.Embedded);
        var client = await kv.Client();
        await client.Put("k", "v");
        await kv.Terminate();

        Assert.That(Of(kv), Is.Empty);
    }

    private async Task<KvProcess> Start(Engine engine, params (string, string)[] settings) =>
        KvProcess.Start([.. await Store(engine), ("LOG_FORMAT", "json"), .. settings]);

    private async Task<(string, string)[]> Store(Engine engine) => engine == Engine.Embedded
        ? [("STORE", "embedded"), ("DATA_DIR", _data.Path)]
        : [("STORE", "etcd"), ("ETCD_ENDPOINTS", (await SharedEtcd.Get()).Endpoint), KvProcess.Patient,
            ("BASE_KEY_PREFIX", KvHost.Unique("test/"))];
}
