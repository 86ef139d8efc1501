using System.Text.Json;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Deliveries;

/// <summary>Deliveries that have failed for good count against the limits of their webhook and of its tenant.</summary>
internal sealed class FailedBacklogTests(Engine engine) : CallTests(engine)
{
    private const int Room = 3;

    private static readonly string Filling = new('x', 10_000);

    protected override (string Name, string? Value)[] Settings =>
        [("WEBHOOK_BACKLOG_BYTES", "35000"), ("WEBHOOK_RETRY_SCHEDULE", "10ms"), ("QUOTA_BYTES", "1000000")];

    [Test]
    public async Task They_are_bounded_and_count_for_the_tenant_until_they_are_delivered()
    {
        Receiver.Answer = _ => ReceiverAnswer.Status(500);
        var webhook = await Register();
        for (var number = 0; number < Room; number++)
            await Write(number);
        var failed = await UntilListed(webhook, "failed", Room);
        await Eventually.Holds(
            async () => await Bytes() > 2 * Room * Filling.Length, "the keys and the deliveries count");

        for (var number = Room; number < 2 * Room; number++)
            await Write(number);
        await Eventually.Holds(async () => await Dropped(webhook) == Room, "there is no room for further ones");
        Assert.That(
            (await Listed(webhook, "failed")).Select(IdOf), Is.EquivalentTo(failed.Select(IdOf)),
            "the earliest are kept");
        Assert.That(await Listed(webhook, "pending"), Is.Empty);
        Expect.Problem(
            await Kv.Send(HttpMethod.Post, $"/webhooks/{webhook}/replay", """{"since":1}"""), 507, "Too much waits for the webhook");

        await UntilListed(webhook, "failed", Room);
        Receiver.Answer = _ => ReceiverAnswer.Ok;
        foreach (var delivery in failed)
            Assert.That((await Redeliver(IdOf(delivery))).Status, Is.EqualTo(202));
        await Eventually.Holds(async () => await Bytes() < (2 * Room + 1) * Filling.Length, "the keys alone count");
        Receiver.Answer = _ => ReceiverAnswer.Status(500);
        await Write(2 * Room);
        await UntilListed(webhook, "failed");
    }

    private static string IdOf(JsonElement delivery) => delivery.GetProperty("id").GetString()!;

    private async Task Write(int number) => Assert.That((await Kv.Put($"k{number}", Filling)).Status, Is.EqualTo(200));

    private async Task<long> Dropped(string webhook) =>
        (await Kv.Send(HttpMethod.Get, $"/webhooks/{webhook}")).Json.TryGetProperty("dropped", out var dropped)
            ? dropped.GetInt64()
            : 0;

    private async Task<long> Bytes() =>
        (await Kv.Send(HttpMethod.Get, "/usage")).Json.GetProperty("bytes") is { ValueKind: JsonValueKind.Number } bytes
            ? bytes.GetInt64()
            : 0;
}
