using System.Text.Json;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Deliveries;

/// <summary>What waits for a receiver that is away is bounded, and the webhook says what it loses.</summary>
internal sealed class BacklogTests(Engine engine) : CallTests(engine)
{
    private static readonly string Filling = new('x', 10_000);

    protected override (string Name, string? Value)[] Settings =>
        [("WEBHOOK_BACKLOG_BYTES", "35000"), ("WEBHOOK_RETRY_SCHEDULE", "1h"), ("QUOTA_BYTES", "1000000")];

    [Test]
    public async Task What_does_not_fit_is_dropped_and_the_webhook_says_how_much_and_since_when()
    {
        Receiver.Answer = _ => ReceiverAnswer.Status(500);
        var webhook = await Register();
        for (var number = 0; number < 8; number++)
            Assert.That((await Kv.Put($"k{number}", Filling)).Status, Is.EqualTo(200));

        await Eventually.Holds(async () => await Dropped(webhook) == 5, "the webhook tells of each that it has lost");
        var listed = (await Kv.Send(HttpMethod.Get, "/webhooks")).Json[0];
        Assert.That(listed.GetProperty("dropped").GetInt64(), Is.EqualTo(5));
        Assert.That(listed.GetProperty("dropped_since").GetInt64(), Is.GreaterThan(1_700_000_000));
        Assert.That(await Listed(webhook, "pending"), Has.Length.EqualTo(3));

        var enabled = await Kv.Send(HttpMethod.Put, $"/webhooks/{webhook}", """{"status":"active"}""");
        Assert.That(enabled.Status, Is.EqualTo(200), enabled.ToString());
        Assert.That(await Dropped(webhook), Is.Zero);
    }

    [Test]
    public async Task What_is_kept_is_delivered_in_order_and_then_there_is_room_again()
    {
        Receiver.Answer = _ => ReceiverAnswer.Status(500);
        var webhook = await Register();
        for (var number = 0; number < 8; number++)
            Assert.That((await Kv.Put("k", $"{number}{Filling}")).Status, Is.EqualTo(200));
        await Eventually.Holds(async () => await Dropped(webhook) == 5, "the latest are lost");
        var calls = Receiver.RequestCount;

        Receiver.Answer = _ => ReceiverAnswer.Ok;
        foreach (var waiting in await Listed(webhook, "pending"))
            await Redeliver(waiting.GetProperty("id").GetString()!);
        await Eventually.Holds(async () => (await Listed(webhook, "pending")).Length == 0, "nothing waits");
        Assert.That(Receiver.Requests.Skip(calls).Select(request => ValueOf(request)![0]), Is.EqualTo("012"));
    }

    [Test]
    public async Task What_waits_counts_for_its_tenant()
    {
        Receiver.Answer = _ => ReceiverAnswer.Status(500);
        var webhook = await Register();
        Assert.That((await Kv.Put("k", Filling)).Status, Is.EqualTo(200));

        await Eventually.Holds(async () => await Bytes() > 2 * Filling.Length, "the key and the delivery count");
        Assert.That((await Kv.Send(HttpMethod.Delete, $"/webhooks/{webhook}")).Status, Is.EqualTo(204));
        await Eventually.Holds(async () => await Bytes() == Filling.Length + 1, "the key alone counts");
    }

    [Test]
    public async Task A_replay_that_comes_to_more_than_may_wait_says_where_to_go_on()
    {
        for (var number = 0; number < 5; number++)
            Assert.That((await Kv.Put($"k{number}", Filling)).Status, Is.EqualTo(200));
        var webhook = await Register();

        var replay = await Kv.Send(HttpMethod.Post, $"/webhooks/{webhook}/replay", """{"since":1}""");

        Expect.Problem(replay, 507, "Too much waits for the webhook");
        Assert.That(
            replay.Json.GetProperty("detail").GetString(), Does.Match("after 4 changes; replay again since [0-9]+"));
    }

    private async Task<long> Dropped(string webhook) =>
        (await Kv.Send(HttpMethod.Get, $"/webhooks/{webhook}")).Json.TryGetProperty("dropped", out var dropped)
            ? dropped.GetInt64()
            : 0;

    private async Task<long> Bytes() =>
        (await Kv.Send(HttpMethod.Get, "/usage")).Json.GetProperty("bytes") is { ValueKind: JsonValueKind.Number } bytes
            ? bytes.GetInt64()
            : 0;
}
