using Kv.Domain.Deliveries;
using Kv.Infrastructure.Tests.Storage.Contract;
using Kv.Testing;

namespace Kv.Infrastructure.Tests.Dispatching;

/// <summary>Changes are compacted before a leader reads them. These tests have a store of their own.</summary>
internal sealed class CompactedChangesTests(EngineUnderTest engine) : LeadTest(engine)
{
    [Test]
    public async Task The_last_state_of_a_key_waits_for_stored_earlier_deliveries(
        [Values] bool isLoadedLater)
    {
        var webhook = await Register();
        var early = await Write("h");
        await SaveCursor(early);
        await Keep(webhook, "h", early);
        await Write("h");
        var last = await Write("h");
        await Harness.Compact(last);
        var load = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!isLoadedLater)
            load.SetResult();

        var replica = await Start(store => store.AfterRange = query => IsPage(query) ? load.Task : Task.CompletedTask);
        await Eventually.Holds(() => replica.Status.Lost is not null, "it says what is lost", Patience);
        if (isLoadedLater)
        {
            await Eventually.Holds(
                () => replica.Backlog is { Waiting: 1, MoreStored: true }, "the last state is read, the rest is not",
                Patience);
            load.SetResult();
        }

        DeliveryId[] expected = [Id(webhook, early, "h"), Id(webhook, last, "h")];
        await UntilDelivered(replica, webhook, expected);
        Assert.That(Calls.Select(call => call.Id), Is.EqualTo(expected));
    }

    protected override Task<StoreHarness> Open() => Engine.OpenAlone();
}
