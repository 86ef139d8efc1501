using System.Text.Json;
using Kv.Api.Tests.Hosting;
using Kv.Domain.Access;
using Kv.Testing;

namespace Kv.Api.Tests.Access;

/// <summary>A long call ends when its API key is revoked.</summary>
internal sealed class EndedKeyTests(Engine engine) : AccessTest(engine)
{
    private const string Ended = "The credential was revoked or has expired.";
    private const string Ndjson = "application/x-ndjson";

    private KvClient _administrator = null!;
    private ApiKeySecret _secret = null!;
    private KvClient _holder = null!;

    [SetUp]
    public async Task IssueAKey()
    {
        _administrator = await Administrator();
        _secret = await Issue(Of(new Grant(Kv.Namespace!, Kv.AppName!, "", AccessVerbs.All)));
        _holder = Holder(_secret);
    }

    [Test]
    public async Task A_watch_ends_with_an_event_of_its_own()
    {
        using var watch = await Begin("GET", "/watch");
        await Eventually.Holds(() => watch.IsAnswered, "it is open");

        await Revoke();

        var answer = await watch.Answer();
        Assert.That(answer.Status, Is.EqualTo(200));
        Assert.That(answer.Body, Does.EndWith(
            $"event: unauthorized\ndata: {{\"error\":\"Unauthorized\",\"detail\":\"{Ended}\"}}\n\n"));
    }

    [Test]
    public async Task A_long_poll_is_answered_401()
    {
        using var poll = await Begin("GET", "/kv/k?wait=60", null, "If-None-Match: \"0\"");
        await Revoke();

        ExpectEnded(await poll.Answer());
    }

    [TestCase("/export")]
    [TestCase("/kv/*")]
    public async Task A_large_answer_is_cut_off(string path)
    {
        const int keys = 24;
        var value = new string('x', 1024 * 1024);
        for (var i = 0; i < keys; i++)
            await _administrator.Put($"k{i}", value);
        using var call = await Begin("GET", path);
        await Eventually.Holds(() => call.IsAnswered, "it has begun");

        await Revoke();

        var received = await call.ReadSlowly();
        Assert.That(received, Does.StartWith("HTTP/1.1 200"));
        Assert.That(received, Does.Not.EndWith("0\r\n\r\n"), "the answer does not look complete");
    }

    [Test]
    public async Task An_import_before_its_answer_ends_with_401_and_the_stored_lines()
    {
        using var import = await Begin("POST", "/import", Ndjson);
        await import.Send(Lines(0, 150));
        await Eventually.Holds(async () => (await _administrator.Get("k99")).Status == 200, "a hundred are stored");

        await Revoke();

        var answer = await import.Answer();
        ExpectEnded(answer, $"Line 101: {Ended}");
        ExpectEndedBehind(answer.Json.GetProperty("import"), stored: 100);
        await ExpectStored(100);
    }

    [Test]
    public async Task An_import_with_progress_ends_with_a_line_that_counts_the_stored_lines()
    {
        using var import = await Begin("POST", "/import", Ndjson);
        var sent = 0;
        // The import reports its progress once a second.
        await Eventually.Holds(
            async () =>
            {
                await import.Send(Lines(sent, 101));
                sent += 101;
                return import.IsAnswered;
            },
            "the import reports its progress");

        await Revoke();

        var answer = await import.Answer();
        Assert.That(answer.Status, Is.EqualTo(200));
        var last = JsonDocument.Parse(answer.Body.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]).RootElement;
        var stored = last.GetProperty("written").GetInt32();
        ExpectEndedBehind(last, stored);
        await ExpectStored(stored);
    }

    [Test]
    public async Task A_write_sent_past_the_revocation_is_not_done()
    {
        using var put = await Begin("PUT", "/kv/k", "application/json");
        // Enough for Kestrel's minimum data rate while the request waits.
        await put.Send($$"""{"value":"{{new string('v', 8192)}}""");
        // Once this watch is answered, the server has begun the write. So the write is older than the next watch.
        using var earlier = await Begin("GET", "/watch");
        await Eventually.Holds(() => earlier.IsAnswered, "it is open");
        using var watch = await Begin("GET", "/watch");
        await Revoke();
        // This takes longer than a request may rely on its first authentication.
        await watch.Answer();

        await put.Send("\"}");
        await put.End();

        ExpectEnded(await put.Answer());
        Assert.That((await _administrator.Get("k")).Status, Is.EqualTo(404));
    }

    [TestCase("/copy")]
    [TestCase("/webhooks/7f0c6f0e-3f0a-4f43-9f0b-0d1f6f1d2c3b/replay")]
    public async Task A_long_call_ends_before_its_body_does(string path)
    {
        using var call = await Begin("POST", path, "application/json");
        // Enough for Kestrel's minimum data rate while the request waits.
        await call.Send($$"""{"prefix":"{{new string('v', 8192)}}""");
        await Revoke();

        ExpectEnded(await call.Answer());
    }

    private static string Lines(int from, int count) => string.Concat(
        Enumerable.Range(from, count).Select(i => $$"""{"key":"k{{i}}","value":"v"}""" + "\n"));

    private static void ExpectEndedBehind(JsonElement report, int stored)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.GetProperty("done").GetBoolean(), Is.False);
            Assert.That(report.GetProperty("read").GetInt32(), Is.EqualTo(stored));
            Assert.That(report.GetProperty("error").GetProperty("line").GetInt32(), Is.EqualTo(stored + 1));
            Assert.That(report.GetProperty("error").GetProperty("message").GetString(), Is.EqualTo(Ended));
        }
    }

    private static void ExpectEnded(Answer answer, string detail = Ended)
    {
        ExpectUnauthorized(answer);
        Assert.That(answer.Json.GetProperty("detail").GetString(), Is.EqualTo(detail));
        Assert.That(answer.Header("WWW-Authenticate"), Is.EqualTo("Bearer realm=\"kv\", error=\"invalid_token\""));
    }

    private async Task ExpectStored(int count)
    {
        Assert.That((await _administrator.Get($"k{count - 1}")).Status, Is.EqualTo(200));
        Assert.That((await _administrator.Get($"k{count}")).Status, Is.EqualTo(404));
    }

    private Task<LastingCall> Begin(
        string method, string target, string? contentType = null, params string[] headers) =>
        LastingCall.Begin(Host.Address, _holder, method, target, contentType, headers);

    private async Task Revoke() =>
        Assert.That(
            (await _administrator.Send(HttpMethod.Delete, $"/admin/apikeys/{_secret.Id}")).Status, Is.EqualTo(200));
}
