using Kv.Domain.Deliveries;
using Kv.Domain.Storage;
using Kv.Infrastructure.Tests.Storage.Contract;
using Kv.Testing;

namespace Kv.Infrastructure.Tests.Dispatching;

/// <summary>The next leader sends what the former one left: stored deliveries, and changes from the feed.</summary>
internal sealed class TakeoverTests(EngineUnderTest engine) : LeadTest(engine)
{
    [TestCase(true)]
    [TestCase(false)]
    public async Task A_delivery_that_was_not_stored_is_sent_even_if_later_ones_were_stored(bool isKilled)
    {
        Receive = (_, seen, token) => seen.Key == "h" ? Hang(token) : Task.FromResult(false);
        var first = await StartLeader();
        var webhook = await Register();
        DeliveryId[] expected = [Id(webhook, await Write("h"), "h"), Id(webhook, await Write("x"), "x")];
        await Eventually.Holds(async () => (await Pending(webhook)).Contains(expected[1]), "the later one is stored");
        await (isKilled ? first.Kill() : first.Stop());
        Receive = Accept;

        var second = await StartLeader();
        await UntilDelivered(second, webhook, expected);
    }

    [Test]
    public async Task A_stored_delivery_waits_for_an_earlier_one_that_is_not_read_yet()
    {
        var webhook = await Register();
        var start = await Write("before");
        var (early, late) = (await Write("h"), await Write("h"));
        await SaveCursor(start);
        await Keep(webhook, "h", late);
        var read = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var replica = await Start(store => store.BeforeChange = _ => read.Task);
        await Eventually.Holds(
            () => replica.Backlog is { Waiting: 1, MoreStored: false }, "the stored deliveries are loaded", Patience);
        read.SetResult();

        DeliveryId[] expected = [Id(webhook, early, "h"), Id(webhook, late, "h")];
        await UntilDelivered(replica, webhook, expected);
        Assert.That(Calls.Select(call => call.Id), Is.EqualTo(expected));
    }

    [Test]
    public async Task A_change_from_the_feed_waits_for_an_earlier_delivery_that_is_not_loaded_yet()
    {
        var webhook = await Register();
        var early = await Write("h");
        await SaveCursor(early);
        await Keep(webhook, "h", early);
        var load = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var replica = await Start(store => store.AfterRange = query => IsPage(query) ? load.Task : Task.CompletedTask);
        var late = await Write("h");
        await Eventually.Holds(
            () => replica.Backlog is { Waiting: 1, MoreStored: true }, "the change is read", Patience);
        load.SetResult();

        DeliveryId[] expected = [Id(webhook, early, "h"), Id(webhook, late, "h")];
        await UntilDelivered(replica, webhook, expected);
        Assert.That(Calls.Select(call => call.Id), Is.EqualTo(expected));
    }

    // After a restore, the former leader may save its cursor in the restored store, more than once.
    [Test]
    public async Task A_cursor_with_a_revision_after_its_own_is_ignored()
    {
        var webhook = await Register();
        await SaveCursor(await Write("before"));
        DeliveryId[] expected = [Id(webhook, await Write("a"), "a"), Id(webhook, await Write("b"), "b")];
        await SaveCursor(expected[1].Revision + 1_000);
        await SaveCursor(expected[1].Revision + 2_000);

        var leader = await StartLeader();

        await UntilDelivered(leader, webhook, expected);
        Assert.That(Calls.Select(call => call.Id), Is.EquivalentTo(expected));
    }

    [Test]
    public async Task A_read_without_an_answer_is_repeated_and_the_leader_keeps_leading()
    {
        var webhook = await Register();
        var stored = await Write("stored");
        await SaveCursor(stored);
        await Keep(webhook, "stored", stored);
        var (reads, refused) = (0, 0);
        var replica = await Start(store => store.BeforeRead = () =>
        {
            // Every second one.
            if (Interlocked.Increment(ref reads) % 2 == 0)
                return;
            Interlocked.Increment(ref refused);
            throw new StoreUnavailableException("It does not answer.");
        });
        await UntilDelivered(replica, webhook, [Id(webhook, stored, "stored"), Id(webhook, await Write("new"), "new")]);

        Assert.That(refused, Is.GreaterThan(3));
        Assert.That(replica.Store.Locks, Is.EqualTo(1), "it leads in one term");
    }

    [Test]
    public async Task While_stored_deliveries_are_not_loaded_the_backlog_reports_more()
    {
        var webhook = await Register();
        var stored = await Write("stored");
        await SaveCursor(stored);
        await Keep(webhook, "stored", stored);
        var load = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var replica = await Start(store => store.AfterRange = query => IsPage(query) ? load.Task : Task.CompletedTask);
        await Eventually.Holds(() => replica.Backlog is not null, "it leads", Patience);

        Assert.That(replica.Backlog, Is.EqualTo(new DeliveryBacklog(0, null, MoreStored: true)));
        load.SetResult();
        await UntilDelivered(replica, webhook, [Id(webhook, stored, "stored")]);
    }
}
