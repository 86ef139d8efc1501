using System.Text.Json;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Deliveries;

/// <summary>
/// The deliveries that wait for an unreachable receiver are bounded, and the webhook counts the dropped ones.
/// </summary>
internal sealed class BacklogTests(Engine engine) : CallTests(engine)
{
    private static readonly string Filling = new('x', 10_000);

    protected override (string Name, string? Value)[] Settings =>
        [("WEBHOOK_BACKLOG_BYTES", "35000"), ("WEBHOOK_RETRY_SCHEDULE", "1h"), ("QUOTA_BYTES", "1000000")];

    [Test]
    public async Task Deliveries_beyond_the_limit_are_dropped_and_the_webhook_counts_them()
    {
        Receiver.Answer = _ => ReceiverAnswer.Status(500);
        var webhook = await Register();
        for (var number = 0; number < 8; number++)
            Assert.That((await Kv.Put($"k{number}", Filling)).Status, Is.EqualTo(200));

        await Eventually.Holds(async () => await Dropped(webhook) == 5, "the webhook counts each dropped delivery");
        var listed = (await Kv.Send(HttpMethod.Get, "/webhooks")).Json[0];
        Assert.That(listed.GetProperty("dropped").GetInt64(), Is.EqualTo(5));
        Assert.That(listed.GetProperty("dropped_since").GetInt64(), Is.GreaterThan(1_700_000_000));
        Assert.That(await Listed(webhook, "pending"), Has.Length.EqualTo(3));

        var enabled = await Kv.Send(HttpMethod.Put, $"/webhooks/{webhook}", """{"status":"active"}""");
        Assert.That(enabled.Status, Is.EqualTo(200), enabled.ToString());
        Assert.That(await Dropped(webhook), Is.Zero);
    }

    [Test]
    public async Task Kept_deliveries_arrive_in_order_and_make_room()
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
    public async Task Waiting_deliveries_count_for_their_tenant()
    {
        Receiver.Answer = _ => ReceiverAnswer.Status(500);
        var webhook = await Register();
        Assert.That((await Kv.Put("k", Filling)).Status, Is.EqualTo(200));

        await Eventually.Holds(async () => await Bytes() > 2 * Filling.Length, "the key and the delivery count");
        Assert.That((await Kv.Send(HttpMethod.Delete, $"/webhooks/{webhook}")).Status, Is.EqualTo(204));
        await Eventually.Holds(async () => await Bytes() == Filling.Length + 1, "the key alone counts");
    }

    [Test]
    public async Task A_replay_beyond_the_limit_says_where_to_continue()
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
