using Kv.Domain.Storage;
using Kv.Infrastructure.Deliveries;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Tests.Storage.Contract;
using Kv.Testing;

namespace Kv.Infrastructure.Tests.Dispatching;

/// <summary>The store keeps no more deliveries for a webhook than its backlog may have.</summary>
internal sealed class BacklogTests(EngineUnderTest engine) : LeadTest(engine)
{
    private const int Most = 3;

    protected override DeliveryOptions Options => base.Options with { BacklogDeliveries = Most };

    [Test]
    public async Task The_deliveries_of_an_earlier_leader_count_even_if_the_first_count_fails()
    {
        Receive = (_, _, _) => Task.FromResult(false);
        var webhook = await Register();
        var revision = 0L;
        for (var number = 0; number < Most; number++)
            await Keep(webhook, $"k{number}", revision = await Write($"k{number}"));
        await SaveCursor(revision);
        var counts = 0;
        await StartLeader(store => store.AfterRange = query =>
            IsOfFailed(query) && Interlocked.Increment(ref counts) == 1
                ? Task.FromException(new StoreUnavailableException("The store is away."))
                : Task.CompletedTask);

        await Write("another");

        await Eventually.Holds(() => Volatile.Read(ref counts) > 1, "the deliveries are counted again", Patience);
        await Eventually.Holds(
            () => Calls.Any(call => call.Key == "another"), "the change without memory was attempted", Patience);
        Assert.That(await Pending(webhook), Has.Count.EqualTo(Most));
    }

    // Only a count reads them.
    private static bool IsOfFailed(RangeQuery query) =>
        query.Range.Start.ToString().Contains("/deliveries/failed/", StringComparison.Ordinal);
}
