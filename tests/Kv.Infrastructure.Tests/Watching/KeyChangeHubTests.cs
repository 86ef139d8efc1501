using Kv.Domain.KeyValues;
using Kv.Domain.Storage;
using Kv.Domain.Tenants;
using Kv.Domain.Watching;
using Kv.Infrastructure.Tests.Storage.Contract;
using Kv.Testing;

namespace Kv.Infrastructure.Tests.Watching;

/// <summary>Many watches of Kv over one watch of the store.</summary>
internal sealed class KeyChangeHubTests(EngineUnderTest engine) : HubTests(engine)
{
    [Test]
    public async Task Two_thousand_watches_share_one_watch_of_the_store()
    {
        var watches = await Task.WhenAll(
            Enumerable.Range(0, 2_000).Select(number => Open(KeyPattern.Parse($"k{number % 1000:d3}"))));

        await Set("k007");

        Assert.That(Counted.Begun, Is.EqualTo(1));
        Assert.That(Hub.Watches, Is.EqualTo(2_000));
        foreach (var watch in new[] { watches[7], watches[1007] })
            Assert.That((await Next(watch)).Changes.Single().Key.Value, Is.EqualTo("k007"));
        foreach (var watch in watches)
            await watch.DisposeAsync();
        Assert.That(Hub.Watches, Is.Zero);
    }

    [Test]
    public async Task Watches_of_one_pattern_share_their_events()
    {
        await using var one = await Open(KeyPattern.Parse("a*"));
        await using var other = await Open(KeyPattern.Parse("a*"));

        await Commit(ToSet("a1"), ToSet("a2"), ToSet("b"));

        Assert.That(await Next(one), Is.SameAs(await Next(other)));
    }

    [Test]
    public async Task A_watch_receives_only_the_keys_of_its_tenant()
    {
        var them = new Tenant("space", "app2");
        await using var ours = await Open();
        await using var theirs = await Open(tenant: them);
        await using var nested = await Open(KeyPattern.Parse("a/*"));

        await Commit(ToSet("a/1", "ours"), ToSet("a/1", "theirs", them));
        await Set("b", "theirs", them);
        await Set("b", "ours");

        Assert.That(await Take(ours, 2), Is.EqualTo(new[] { "a/1=ours", "b=ours" }));
        Assert.That(await Take(theirs, 2), Is.EqualTo(new[] { "a/1=theirs", "b=theirs" }));
        Assert.That(await Take(nested, 1), Is.EqualTo(new[] { "a/1=ours" }));
    }

    [Test]
    public async Task A_watch_from_now_receives_no_earlier_write()
    {
        await using var keeper = await Open();
        await Set("before");

        await using var watch = await Open();
        await Set("after");

        Assert.That(await Take(watch, 1), Is.EqualTo(new[] { "after=v" }));
    }

    [Test]
    public async Task A_watch_without_memory_for_a_change_is_cut_off_and_resumes_when_there_is_some()
    {
        await using var watch = await Open();
        var start = await Set("first");
        await Next(watch);
        Budget.Most = Budget.Held;

        await Set("second");

        await watch.CutOff.WaitAsync(Enough);
        Assert.That(watch.Position, Is.EqualTo(start));
        var resuming = Open(since: start);
        Budget.Most = long.MaxValue;
        await using var resumed = await resuming.WaitAsync(Enough);
        Assert.That((await Next(resumed)).Changes[0].Key.Value, Is.EqualTo("second"));
    }

    [Test]
    public async Task Watches_of_the_same_keys_hold_a_change_once_in_memory()
    {
        await using var watch = await Open();
        await using var another = await Open();
        var value = new string('v', 100_000);

        await Set("key", value);
        await Next(watch);
        await Next(another);

        Assert.That(Budget.Held, Is.InRange(value.Length, 2 * value.Length));
    }

    [Test]
    public async Task A_watch_that_is_behind_waits_for_its_share_of_memory()
    {
        var start = await Set("start");
        await Set("missed");
        await using var keeper = await Open();
        Budget.Most = 0;

        var opening = Open(since: start);
        await Eventually.Holds(() => Budget.HasWaiting, "it waits");
        Budget.Most = long.MaxValue;
        await using var watch = await opening.WaitAsync(Enough);

        Assert.That((await Next(watch)).Changes[0].Key.Value, Is.EqualTo("missed"));
    }

    [Test]
    public async Task A_slow_reader_is_cut_off_and_delays_no_other()
    {
        await using var slow = await Open();
        await using var quick = await Open();
        var value = new string('v', 100_000);

        for (var number = 0; number < 60; number++)
        {
            await Set($"{number}", value);
            Assert.That((await Next(quick)).Changes.Single().Key.Value, Is.EqualTo($"{number}"));
        }

        await slow.CutOff.WaitAsync(Enough);
        Assert.That(quick.CutOff.IsCompleted, Is.False);
        var (read, last) = (0, 0L);
        while (await slow.Next(Long, Enough) is { } set)
            (read, last) = (read + 1, set.Revision);
        Assert.That(read, Is.InRange(1, 50), "the buffered changes");
        Assert.That(slow.Position, Is.EqualTo(last));
        await using var resumed = await Open(since: last);
        Assert.That((await Next(resumed)).Changes.Single().Key.Value, Is.EqualTo($"{read}"));
    }

    [Test]
    public async Task A_revision_that_is_larger_than_a_buffer_is_delivered()
    {
        await using var watch = await Open();
        var value = new string('v', 1_000_000);

        for (var round = 0; round < 2; round++)
        {
            // One revision, in as many transactions as etcd takes it in.
            await Commit(
                [.. Enumerable.Range(0, Engine is EtcdEngine ? 1 : 5).Select(number => ToSet($"{number}", value))]);
            Assert.That((await Next(watch)).Changes, Is.Not.Empty);
        }
    }

    [Test]
    public async Task A_revision_is_never_split()
    {
        await using var watch = await Open();
        var before = await CurrentRevision();

        var written = await Commit([.. Enumerable.Range(0, 50).Select(number => ToSet($"{number:d2}"))]);

        await using var resumed = await Open(since: before);
        foreach (var seen in new[] { await Next(watch), await Next(resumed) })
        {
            Assert.That(seen.Revision, Is.EqualTo(written.Revision));
            Assert.That(
                seen.Changes.Select(change => change.Key.Value),
                Is.EqualTo(Enumerable.Range(0, 50).Select(number => $"{number:d2}")));
        }
    }

    [Test]
    public async Task A_future_revision_is_refused_with_the_present_one()
    {
        var present = await Set("k");

        Assert.That(
            async () => await Open(since: present + 1_000_000),
            Throws.TypeOf<RevisionInFutureException>().With.Message.Contains(
                $"{present + 1_000_000}").And.Message.Contains("the store is at revision"));
        Assert.That(Hub.Watches, Is.Zero);
    }

    [Test]
    public async Task An_unavailable_store_fails_the_opening_and_the_next_opening_works()
    {
        Counted.Failure = new StoreUnavailableException("away");
        Assert.That(async () => await Open(), Throws.InstanceOf<StoreUnavailableException>());
        Assert.That(Hub.Watches, Is.Zero);
        Counted.Failure = null;

        await using var watch = await Open();
        await Set("k");

        Assert.That(await Take(watch, 1), Is.EqualTo(new[] { "k=v" }));
    }

    [Test]
    public async Task When_the_next_changes_are_compacted_all_watches_are_told_and_new_ones_work()
    {
        await using var watch = await Open();
        var oldest = watch.Position + 1_000_000;

        await Counted.Break(new RevisionCompactedException(oldest));

        Assert.That(
            async () => await watch.Next(Long, Enough),
            Throws.TypeOf<RevisionCompactedException>()
                .With.Property(nameof(RevisionCompactedException.CompactRevision)).EqualTo(oldest));
        await Eventually.Holds(() => Hub is { Watches: 0, IsWatching: false }, "nothing is left");
    }

    [Test]
    public async Task A_fault_in_the_watch_of_the_store_ends_all_watches_without_an_error()
    {
        await using var watch = await Open();

        await Counted.Break(new InvalidOperationException("a fault"));

        Assert.That(await watch.Next(Long, Enough), Is.Null);
        await Eventually.Holds(() => Hub is { Watches: 0, IsWatching: false }, "nothing is left");
    }

    [Test]
    public async Task A_watch_without_changes_reports_its_position()
    {
        await using var watch = await Open(KeyPattern.Parse("mine*"));
        var other = await Set("other");
        KeyChangeSet? seen;

        do
        {
            seen = await watch.Next(TimeSpan.FromMilliseconds(20), Enough);
            Assert.That(seen!.Changes, Is.Empty);
        }
        while (seen.Revision < other);

        Assert.That(watch.Position, Is.EqualTo(seen.Revision));
    }

    [Test]
    public async Task Its_reported_position_is_never_ahead_of_its_delivered_changes()
    {
        const int writes = 300;
        await using var watch = await Open(KeyPattern.Parse("mine*"));
        var writing = Task.Run(async () =>
        {
            for (var number = 0; number < writes; number++)
            {
                await Set($"mine{number}");
                await Set("other");
            }
        });

        var (seen, through) = (0, 0L);
        while (seen < writes)
        {
            // Sometimes without any wait, so that the wait ends while changes arrive.
            var set = (await watch.Next(TimeSpan.FromTicks(seen % 3 * 1_000), Enough))!;
            Assert.That(
                set.Revision, set.Changes.Count > 0 ? Is.GreaterThan(through) : Is.GreaterThanOrEqualTo(through));
            through = set.Revision;
            seen += set.Changes.Count;
        }
        await writing;
    }
}
