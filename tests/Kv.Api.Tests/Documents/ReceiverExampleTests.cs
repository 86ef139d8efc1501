using System.Net;
using System.Text;
using Kv.Api.Tests.Hosting;
using Kv.Domain.Webhooks;
using Kv.Testing;

namespace Kv.Api.Tests.Documents;

/// <summary>The receivers in docs/webhooks.md accept each call of Kv once, and no other call.</summary>
internal sealed class ReceiverExampleTests
{
    // The first run of the one in C# compiles it.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly WebhookSecret _secret = WebhookSecret.New();
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });
    private Uri _address = null!;

    [TearDown]
    public void CloseConnections() => _http.Dispose();

    [TestCase("python3", "docs/webhooks/receiver.py")]
    [TestCase("node", "docs/webhooks/receiver.mjs")]
    [TestCase("dotnet", "run", "docs/webhooks/receiver.cs", "--", Category = Categories.Long)]
    public async Task It_accepts_only_genuine_and_new_calls(string runtime, params string[] program)
    {
        var port = FreePort.Next();
        _address = new Uri($"http://127.0.0.1:{port}/hook");
        await using var receiver = ExampleProcess.Start(runtime, [.. program, _secret.Reveal(), $"{port}"]);
        await Eventually.Holds(
            async () => receiver.HasExited || (await _http.GetAsync(_address)).StatusCode != default, "it listens",
            Patience);
        Assert.That(receiver.HasExited, Is.False, () => receiver.Output);

        var host = await SharedHosts.Get(Engine.Embedded);
        var kv = host.NewTenant();
        await kv.Send(
            HttpMethod.Post, "/webhooks",
            $$"""{"key":"k","event":"*","add_event_data":true,"endpoint":"{{_address}}","secret":"{{_secret.Reveal()}}"}""");
        await kv.Post("k", "Zoë");
        await Eventually.Holds(
            () => receiver.Output.Contains("Zoë", StringComparison.Ordinal), "the receiver has accepted Kv's call");

        const string Body = """{"event":{"key":"ours"}}""";
        var (now, old) = (Now(), Now() - 3600);
        var genuine = _secret.Sign("msg_1", now, Encoding.UTF8.GetBytes(Body));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                await Send("msg_1", now, Body, $"v1,AAAA {genuine}"), Is.EqualTo(HttpStatusCode.NoContent),
                "one of two signatures");
            Assert.That(await Send("msg_1", now, Body, genuine), Is.EqualTo(HttpStatusCode.NoContent), "again");
            Assert.That(await Send("msg_2", now, Body, genuine), Is.EqualTo(HttpStatusCode.Unauthorized), "another id");
            Assert.That(
                await Send("msg_1", now, Body.Replace("ours", "theirs"), genuine),
                Is.EqualTo(HttpStatusCode.Unauthorized), "another body");
            Assert.That(
                await Send("msg_1", now + 1, Body, genuine), Is.EqualTo(HttpStatusCode.Unauthorized), "another time");
            Assert.That(
                await Send("msg_3", old, Body, _secret.Sign("msg_3", old, Encoding.UTF8.GetBytes(Body))),
                Is.EqualTo(HttpStatusCode.Unauthorized), "an old call");
        }
        await Eventually.Holds(
            () => receiver.Output.Contains("ours", StringComparison.Ordinal), "the receiver has accepted our call");
        Assert.That(receiver.Output.Split("received ").Length - 1, Is.EqualTo(2), receiver.Output);
    }

    private static long Now() => TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

    // As a sender of webhooks does: without an answer it is sent again. A receiver takes a call once, however often it
    // comes.
    private async Task<HttpStatusCode> Send(string id, long timestamp, string body, string signatures)
    {
        HttpStatusCode status = default;
        await Eventually.Holds(
            async () =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, _address)
                {
                    Content = new StringContent(body),
                };
                request.Headers.ConnectionClose = true;
                request.Headers.Add("webhook-id", id);
                request.Headers.Add("webhook-timestamp", $"{timestamp}");
                request.Headers.Add("webhook-signature", signatures);
                using var answer = await _http.SendAsync(request);
                status = answer.StatusCode;
                return true;
            },
            "it answers", Patience);
        return status;
    }
}
