using System.Globalization;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Deliveries;

/// <summary>
/// Deliveries beyond the memory limit wait in the store. With so much data, other tests would wait for the store.
/// </summary>
[NonParallelizable]
internal sealed class OverflowTests(Engine engine) : CallTests(engine)
{
    private const int Keys = 8;
    private const int Updates = 12;

    // Together they exceed the memory limit of waiting values.
    private static readonly string Filling = new('x', 800_000);

    // A store on a slow disk is slow with so much data. This test does not measure the time. An attempt that times out
    // while the test writes is soon repeated.
    protected override (string Name, string? Value)[] Settings =>
    [
        ("MAX_VALUE_SIZE", "1000000"), ("STORE_TIMEOUT_SECONDS", "30"), ("WEBHOOK_BACKLOG_BYTES", "200000000"),
        ("WEBHOOK_RETRY_SCHEDULE", string.Join(',', Enumerable.Repeat("100ms", 50))),
    ];

    [Test]
    public async Task Deliveries_beyond_the_memory_limit_are_stored_and_arrive_in_order()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Receiver.Answer = _ => ReceiverAnswer.Ok.When(release.Task);
        var webhook = await Register("\"key\":\"k*\",\"timeout_seconds\":30");
        await Task.WhenAll(Enumerable.Range(0, Keys).Select(Write));
        await UntilListed(webhook, "pending");
        Assert.That(Messages.Count(), Is.LessThanOrEqualTo(Keys));

        release.SetResult();
        // The limit of a wait is for one message, not for all.
        for (var count = 1; count <= Keys * Updates; count++)
            await Eventually.Holds(() => Messages.Count() >= count, $"{count} messages arrive");
        await Eventually.Holds(async () => (await Listed(webhook, "pending")).Length == 0, "nothing waits any more");
        Assert.That(Messages.Count(), Is.EqualTo(Keys * Updates));
        foreach (var ofKey in Messages.GroupBy(KeyOf))
        {
            var values = ofKey.Select(request => ValueOf(request)!).ToArray();
            Assert.That(values.Select(value => value.Length), Is.All.GreaterThanOrEqualTo(Filling.Length));
            Assert.That(
                values.Select(value => int.Parse(value[Filling.Length..], CultureInfo.InvariantCulture)),
                Is.EqualTo(Enumerable.Range(0, Updates)), ofKey.Key);
        }
    }

    private IEnumerable<ReceivedRequest> Messages => Receiver.Requests.DistinctBy(request => request.MessageId);

    private async Task Write(int key)
    {
        for (var number = 0; number < Updates; number++)
            Assert.That((await Kv.Put($"k{key}", $"{Filling}{number}")).Status, Is.EqualTo(200));
    }
}
