using Kv.Api.Tests.Hosting;
using Kv.Testing;
using static Kv.Api.Tests.Audit.AuditLines;

namespace Kv.Api.Tests.Audit;

/// <summary>
/// The refused callers, and the keys made at the command line, in the log of the real program.
/// </summary>
internal sealed class RefusalAuditTests
{
    private const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";

    private readonly TemporaryDirectory _data = new();

    private (string, string)[] Store =>
        [("STORE", "embedded"), ("DATA_DIR", _data.Path), ("LOG_FORMAT", "json"), ("AUDIT", "log")];

    [TearDown]
    public void Dispose() => _data.Dispose();

    [Test]
    public async Task Each_refused_request_is_logged_once_without_its_credential()
    {
        var made = await KvProcess.Run(
            ["apikey", "create", "--namespace", "a-space", "--app", "an-app", "--verbs", "read,write", "--prefix",
                "own:"], Store);
        var secret = made.Output.Trim();
        await using var kv = KvProcess.Start(
            [.. Store, ("AUTH", "apikey"), ("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://127.0.0.1:{FreePort.Next()}")]);
        var (own, other) = (await kv.Client("a-space", "an-app"), await kv.Client("other-space", "an-app"));
        (string, string) credential = ("Authorization", $"Bearer {secret}"), trace =
            ("traceparent", $"00-{TraceId}-00f067aa0ba902b7-01");
        await own.With(HttpMethod.Put, "/kv/own:k", Body("""{"value":"hidden-value"}"""), credential);

        int[] statuses =
        [
            (await own.With(HttpMethod.Put, "/kv/hidden-key", Body("""{"value":"v"}"""), trace)).Status,
            (await own.With(HttpMethod.Get, "/kv/hidden-key", null, ("X-API-Key", $"{secret[..^1]}!"), trace)).Status,
            (await own.With(HttpMethod.Get, "/hidden-path", null, trace)).Status,
            (await own.With(HttpMethod.Delete, "/kv/hidden-key", null, credential, trace)).Status,
            (await other.With(HttpMethod.Get, "/kv/hidden-key", null, credential, trace)).Status,
            (await own.With(HttpMethod.Get, "/admin/apikeys", null, credential, trace)).Status,
            (await own.With(
                HttpMethod.Post, "/import",
                KvClient.Bytes("{\"key\":\"x\",\"value\":\"v\"}\n"u8.ToArray(), "application/x-ndjson"), credential,
                trace)).Status,
        ];
        await kv.Terminate();

        Assert.That(statuses, Is.EqualTo(new[] { 401, 401, 401, 403, 403, 403, 403 }));
        var (seen, actor) = (Of(kv)[1..], secret[3..19]);
        Assert.That(
            seen.Select(
                line =>
                    $"{line.Text("Actor")} {line.Text("Operation")} ({line.Text("Namespace")}, "
                        + $"{line.Text("AppName")}) {line.Text("Outcome")}"),
            Is.EqualTo(new[]
            {
                "anonymous PUT /kv/{**key} (a-space, an-app) unauthenticated",
                "anonymous GET /kv/{**key} (a-space, an-app) unauthenticated",
                "anonymous GET (a-space, an-app) unauthenticated",
                $"{actor} DELETE /kv/{{**key}} (a-space, an-app) denied",
                $"{actor} GET /kv/{{**key}} (other-space, an-app) denied", $"{actor} GET /admin/apikeys (, ) denied",
                $"{actor} POST /import (a-space, an-app) denied",
            }));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(seen.Select(line => line.Text("Address")), Has.All.EqualTo("127.0.0.1"));
            Assert.That(seen.Select(line => line.Text("TraceId")), Has.All.EqualTo(TraceId));
            Assert.That(kv.Output, Does.Not.Contain("hidden").And.Not.Contain(secret[20..^1]));
        }
    }

    [TestCase("json")]
    [TestCase("text")]
    public async Task No_text_of_a_caller_begins_a_line(string format)
    {
        await using var kv = KvProcess.Start([.. Store, ("AUTH", "apikey"), ("LOG_FORMAT", format)]);
        await using var open = KvProcess.Start(
            ("STORE", "embedded"), ("DATA_DIR", $"{_data.Path}/open"), ("AUDIT", "log"), ("LOG_FORMAT", format));
        using var http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            RequestHeaderEncodingSelector = (_, _) => System.Text.Encoding.UTF8,
        })
        {
            BaseAddress = await kv.Address(),
        };
        var named = new KvClient(http, "a\u0085b\u001b[2Kc\u2028d", new string('n', 9000));

        Assert.That((await named.Get("k")).Status, Is.AnyOf(400, 401));
        var client = await open.Client();
        Assert.That(
            (await client.Put("k\u20282026-01-01T00:00:00Z info: Kv.Audit[0] forged", "v")).Status, Is.EqualTo(200));
        await client.Delete("k\r\n2026-01-01T00:00:00Z info: Kv.Audit[0] forged\u001b[2K");
        await Task.WhenAll(kv.Terminate(), open.Terminate());

        foreach (var line in (kv.Output + open.Output).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            Assert.That(
                line, Does.Match("^([{]\"|20[0-9-]{8}T)").And.Not.Match(
                    "[\u0000-\u001f\u007f-\u009f\u2028]").And.Not.Match("^2026-01-01"));
            Assert.That(line, Has.Length.LessThan(30_000));
        }
        Assert.That(open.Output, Does.Contain("u2028").And.Contain("forged"));
    }

    [Test]
    public async Task Keys_created_and_revoked_at_the_command_line_are_logged_in_the_same_form()
    {
        var made = await KvProcess.Run(["apikey", "create", "--admin"], Store);
        var id = made.Output.Split('_')[1];
        var revoked = await KvProcess.Run(["apikey", "revoke", id], Store);
        var missed = await KvProcess.Run(["apikey", "revoke", id], Store);

        Assert.That(made.Output.Trim(), Does.Match("^kv_[0-9a-f]{16}_[A-Za-z0-9_-]{43}$"), "the key alone");
        var seen = Of(made.Error + revoked.Error + missed.Error);
        Assert.That(
            seen.Select(line => $"{line.Text("Operation")} {line.Text("Target")} {line.Text("Outcome")}"),
            Is.EqualTo(
                new[] { $"create_api_key {id} applied", $"revoke_api_key {id} applied", $"revoke_api_key {id} "
                    + "condition_failed" }));
        Assert.That(
            seen.Select(line => line.Text("Actor")),
            Has.All.EqualTo($"cli:{Environment.UserName}@{Environment.MachineName}"));
        Assert.That(made.Error, Does.Not.Contain(made.Output.Trim()[20..]));
    }

    [Test]
    public async Task The_command_line_logs_no_audit_by_default()
    {
        var made = await KvProcess.Run(
            ["apikey", "create", "--admin"], ("STORE", "embedded"), ("DATA_DIR", _data.Path), ("LOG_FORMAT", "json"));

        Assert.That((made.ExitCode, Of(made.Error)), Is.EqualTo((0, Array.Empty<object>())));
    }
}
