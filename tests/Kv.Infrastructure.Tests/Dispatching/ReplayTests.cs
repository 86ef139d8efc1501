using Kv.Domain.Deliveries;
using Kv.Domain.Storage;
using Kv.Domain.Webhooks;
using Kv.Infrastructure.Deliveries;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Tests.Storage.Contract;
using Kv.Testing;

namespace Kv.Infrastructure.Tests.Dispatching;

/// <summary>Another replica stores deliveries, or makes them due, while the leader reads and delivers.</summary>
internal sealed class ReplayTests(EngineUnderTest engine) : LeadTest(engine)
{
    [Test]
    public async Task Deliveries_that_are_stored_while_a_page_is_read_are_sent_after_the_next_signal_to_the_leader()
    {
        var leader = await StartLeader();
        var webhook = await Register("none");
        var start = await Write("before");
        DeliveryId[] expected = [Id(webhook, await Write("a"), "a"), Id(webhook, await Write("b"), "b")];
        await Keep(webhook, "b", expected[1].Revision);
        var (pages, read, goOn) = (0, new TaskCompletionSource(), new TaskCompletionSource());
        leader.Store.AfterRange = query =>
        {
            if (!IsPage(query) || Interlocked.Increment(ref pages) > 1)
                return Task.CompletedTask;
            read.SetResult();
            return goOn.Task;
        };
        await Wake(webhook);
        await read.Task.WaitAsync(Enough);
        await Keep(webhook, "a", expected[0].Revision);
        await Wake(webhook);
        goOn.SetResult();

        await UntilDelivered(leader, webhook, expected);
        Assert.That(start, Is.LessThan(expected[0].Revision));
    }

    [Test]
    public async Task A_replay_under_load_sends_each_change_again_in_order_and_leaves_nothing()
    {
        const int keys = 5;
        var leader = await StartLeader();
        var other = await Start();
        var start = await Write("before");
        var first = new List<(long Revision, string Key)>();
        for (var number = 0; number < 300; number++)
            first.Add((await Write($"k{number % keys}"), $"k{number % keys}"));
        // Registered after all of these changes, so that only the replay sends them.
        var webhook = await Register();
        var replaying = other.Deliveries.Replay(webhook, start, Enough);
        var expected = first.Select(change => Id(webhook, change.Revision, change.Key)).ToHashSet();
        while (!replaying.IsCompleted)
            expected.Add(Id(webhook, await Write("new"), "new"));
        await replaying;

        await UntilDelivered(leader, webhook, expected);
        AssertOrder();
    }

    [Test]
    public async Task A_replay_for_a_webhook_that_the_leader_does_not_know_yet_is_sent_when_it_does()
    {
        var read = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var leader = await StartLeader(store => store.BeforeChange = set =>
            set.Changes.Any(change => Layout.Webhooks.Contains(change.Key)) ? read.Task : Task.CompletedTask);
        var other = await Start();
        var start = await Write("before");
        var revision = await Write("a");
        var webhook = await Register();
        await other.Deliveries.Replay(webhook, start, Enough);
        await Eventually.Holds(() => leader.Backlog is { MoreStored: true }, "the leader is called");
        read.SetResult();

        await UntilDelivered(leader, webhook, [Id(webhook, revision, "a")]);
    }

    [Test]
    public async Task A_delivery_that_is_replayed_during_its_call_leaves_nothing_waiting()
    {
        var leader = await StartLeader();
        var webhook = await Register();
        var (called, answer) = (new TaskCompletionSource(), new TaskCompletionSource<bool>());
        Receive = (_, _, _) =>
        {
            called.TrySetResult();
            return answer.Task;
        };
        var start = await Write("other/");
        var revision = await Write("a");
        await called.Task.WaitAsync(Enough);
        await leader.Deliveries.Replay(webhook, start, Enough);
        await Eventually.Holds(async () => (await Pending(webhook)).Count > 0, "it is stored");
        answer.SetResult(true);

        await UntilDelivered(leader, webhook, [Id(webhook, revision, "a")]);
    }

    [Test]
    public async Task Consecutive_replays_share_a_count_of_the_stored_deliveries()
    {
        await StartLeader();
        var other = await Start();
        var webhook = await Register("none");
        var present = await Write("a");
        var counts = 0;
        other.Store.AfterRange = query =>
        {
            if (IsPage(query))
                Interlocked.Increment(ref counts);
            return Task.CompletedTask;
        };
        for (var replay = 0; replay < 3; replay++)
            await other.Deliveries.Replay(webhook, present, Enough);

        Assert.That(counts, Is.EqualTo(1));
    }

    [Test]
    public async Task A_webhook_has_one_replay_at_a_time()
    {
        await StartLeader();
        var other = await Start();
        var (webhook, another) = (await Register("none"), await Register("none"));
        var present = await Write("a");
        var goOn = new TaskCompletionSource();
        other.Store.AfterRange = query => IsPage(query) ? goOn.Task : Task.CompletedTask;
        var first = other.Deliveries.Replay(webhook, present, Enough);

        Assert.That(
            () => other.Deliveries.Replay(webhook, present, Enough), Throws.TypeOf<ReplayInProgressException>());
        var ofAnother = other.Deliveries.Replay(another, present, Enough);
        goOn.SetResult();
        Assert.That((await first, await ofAnother), Is.EqualTo((0, 0)));
        Assert.That(await other.Deliveries.Replay(webhook, present, Enough), Is.Zero);
    }

    [Test]
    public async Task Redelivering_a_pending_delivery_does_not_copy_its_value()
    {
        var webhook = await Register("none");
        var replica = await Start();
        var revision = await Write("a");
        await Keep(webhook, "a", revision);
        var id = Id(webhook, revision, "a");
        var place = Layout.DeliveryValue(webhook.Tenant, id);
        var before = (await Store.Get(place, ReadConsistency.Linearizable, Enough)).Entry!.ModRevision;

        Assert.That(await replica.Deliveries.Redeliver(webhook.Tenant, id, Enough), Is.True);

        var after = (await Store.Get(place, ReadConsistency.Linearizable, Enough)).Entry;
        Assert.That(after?.ModRevision ?? before, Is.EqualTo(before));
    }

    private async Task Wake(Webhook webhook) => await Store.Commit(
        Transaction.Unconditional(new DeliveryWrites(Layout).Wake(webhook.Tenant, webhook.Id, DateTimeOffset.UtcNow)),
        Enough);
}
