using System.Collections.Concurrent;
using System.Text.Json;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Watching;

/// <summary>Watches and webhooks that ask for the previous values of keys.</summary>
internal sealed class PreviousValueTests(Engine engine) : EngineTests(engine)
{
    [Test]
    public async Task A_watch_gives_the_previous_value()
    {
        var since = (await Kv.Put("other", "v")).Header("KV-Revision");
        await Change();

        await using var events = await EventReader.Open(Host, Kv, $"?prefix=k&include_previous=true&since={since}");
        var previous = new List<string?>();
        for (var i = 0; i < 4; i++)
            previous.Add(Previous((await events.Next())!.Data));

        Assert.That(previous, Is.EqualTo(Expected));
        await using var without = await EventReader.Open(Host, Kv, $"?prefix=k&since={since}");
        await without.Next();
        Assert.That(Previous((await without.Next())!.Data), Is.Null);
    }

    [Test]
    public async Task A_webhook_and_its_retry_give_the_previous_value()
    {
        await using var receiver = WebhookReceiver.Start();
        await using var host = await KvHost.Start(Engine, ("WEBHOOK_RETRY_SCHEDULE", "50ms"));
        var kv = host.NewTenant();
        var seen = new ConcurrentDictionary<string, bool>();
        receiver.Answer = request => ReceiverAnswer.Status(seen.TryAdd(request.MessageId!, true) ? 503 : 200);
        var registered = await kv.Send(HttpMethod.Post, "/webhooks", JsonSerializer.Serialize(new
        {
            key = "k",
            @event = "*",
            endpoint = receiver.Uri,
            add_event_data = true,
            include_previous = true,
        }));
        Assert.That(registered.Status, Is.EqualTo(201), registered.ToString());
        Assert.That(
            (await kv.Send(HttpMethod.Get, "/webhooks")).Json[0].GetProperty("include_previous").GetBoolean(), Is.True);

        await Change(kv);

        await Eventually.Holds(() => receiver.Requests.Count >= 8, "each change is delivered twice");
        var previous = receiver.Requests.Select(
            request => Previous(JsonDocument.Parse(request.Body).RootElement.GetProperty("event"))).ToArray();
        Assert.That(previous, Is.EqualTo(Expected.SelectMany(one => new[] { one, one })));
    }

    private static string?[] Expected => [null, """{"value":"1"}""", """{"value":"/w==","encoding":"base64"}""", null];

    private Task Change() => Change(Kv);

    // Created, updated, deleted, and created again.
    private static async Task Change(KvClient kv)
    {
        await kv.Put("k", "1");
        await kv.With(HttpMethod.Put, "/kv/k", KvClient.Bytes([0xFF], "image/png"));
        await kv.Delete("k");
        await kv.Put("k", "4");
    }

    private static string? Previous(JsonElement data) =>
        data.TryGetProperty("previous", out var previous) ? previous.GetRawText() : null;
}
