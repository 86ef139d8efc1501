using Kv.Domain.Deliveries;
using Kv.Infrastructure.Deliveries;
using Kv.Infrastructure.Tests.Storage.Contract;
using Kv.Testing;

namespace Kv.Infrastructure.Tests.Dispatching;

/// <summary>More deliveries wait for a webhook than memory holds.</summary>
internal sealed class OverflowTests(EngineUnderTest engine) : LeadTest(engine)
{
    private const int Keys = 7;

    protected override DeliveryOptions Options => base.Options with { LaneCapacity = 40 };

    [Test]
    public async Task Deliveries_that_memory_cannot_hold_are_stored_and_sent_in_order()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Receive = async (_, _, token) =>
        {
            await release.Task.WaitAsync(token);
            return true;
        };
        var leader = await StartLeader();
        var webhook = await Register();
        var expected = new List<DeliveryId>();
        for (var number = 0; number < 400; number++)
            expected.Add(Id(webhook, await Write($"k{number % Keys}"), $"k{number % Keys}"));
        await Eventually.Holds(async () => (await Pending(webhook)).Count > 340, "it is stored", Patience);
        // The leader drops them from memory once it knows that they are stored.
        await Eventually.Holds(
            () => leader.Backlog is { MoreStored: true, Waiting: < 100 }, "memory holds a part of them", Patience);
        release.SetResult();

        await UntilDelivered(leader, webhook, expected);
        AssertOrder();
        Assert.That(Calls, Has.Count.EqualTo(expected.Count), "each once");
    }

    [Test]
    public async Task Deliveries_that_are_stored_while_a_page_is_read_are_sent_in_order()
    {
        var (held, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Receive = async (_, _, token) =>
        {
            await release.Task.WaitAsync(token);
            return true;
        };
        var leader = await StartLeader();
        var webhook = await Register();
        var expected = new List<DeliveryId>();
        await WriteSome(100);
        await Eventually.Holds(async () => (await Pending(webhook)).Count > 50, "it is stored", Patience);
        // A page is read; before it is answered, more deliveries are stored, from begin to end.
        leader.Store.AfterRange = query =>
        {
            if (!IsPage(query))
                return Task.CompletedTask;
            held.TrySetResult();
            return goOn.Task;
        };
        release.SetResult();
        await held.Task.WaitAsync(Enough);
        release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await WriteSome(100);
        var last = expected[^1];
        await Eventually.Holds(async () => (await Pending(webhook)).Contains(last), "they are stored", Patience);
        goOn.SetResult();
        release.SetResult();

        await UntilDelivered(leader, webhook, expected);
        AssertOrder();

        async Task WriteSome(int count)
        {
            for (var number = 0; number < count; number++)
                expected.Add(Id(webhook, await Write($"k{number % Keys}"), $"k{number % Keys}"));
        }
    }

    [Test]
    public async Task A_replay_of_more_than_memory_holds_is_sent_while_memory_is_full()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Receive = async (_, _, token) =>
        {
            await release.Task.WaitAsync(token);
            return true;
        };
        var leader = await StartLeader();
        var start = await Write("before");
        var early = new List<(long Revision, string Key)>();
        for (var number = 0; number < 150; number++)
            early.Add((await Write($"k{number % Keys}"), $"k{number % Keys}"));
        var webhook = await Register();
        var expected = early.Select(change => Id(webhook, change.Revision, change.Key)).ToList();
        for (var number = 0; number < 150; number++)
            expected.Add(Id(webhook, await Write($"k{number % Keys}"), $"k{number % Keys}"));
        await Eventually.Holds(() => leader.Backlog is { Waiting: > 30 }, "memory is full", Patience);
        await leader.Deliveries.Replay(webhook, start, Enough);
        await Eventually.Holds(() => leader.Backlog is { Waiting: < 200 }, "memory holds a part of them", Patience);
        release.SetResult();

        await UntilDelivered(leader, webhook, expected);
    }
}
