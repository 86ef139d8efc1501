using Kv.Domain.KeyValues;
using Kv.Domain.Storage;
using Kv.Domain.Tenants;
using Kv.Domain.Watching;
using Kv.Infrastructure.Tests.Storage.Contract;
using Kv.Testing;
using StoreEngine = Kv.Infrastructure.Tests.Storage.Contract.StoreEngine;

namespace Kv.Infrastructure.Tests.Watching;

/// <summary>Many watches over one.</summary>
internal sealed class KeyChangeHubTests(StoreEngine engine) : HubTests(engine)
{
    [Test]
    public async Task Two_thousand_watches_share_one_of_the_store()
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
    public async Task Watches_of_one_pattern_share_what_they_are_told()
    {
        await using var one = await Open(KeyPattern.Parse("a*"));
        await using var other = await Open(KeyPattern.Parse("a*"));

        await Commit(ToSet("a1"), ToSet("a2"), ToSet("b"));

        Assert.That(await Next(one), Is.SameAs(await Next(other)));
    }

    [Test]
    public async Task A_watch_is_told_of_its_tenants_keys_alone()
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
    public async Task A_watch_from_now_is_told_of_nothing_that_was_written_before()
    {
        await using var keeper = await Open();
        await Set("before");

        await using var watch = await Open();
        await Set("after");

        Assert.That(await Take(watch, 1), Is.EqualTo(new[] { "after=v" }));
    }

    [Test]
    public async Task A_reader_that_is_too_slow_is_cut_off_and_holds_nobody_up()
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
        Assert.That(read, Is.InRange(1, 50), "what was in its buffer");
        Assert.That(slow.Position, Is.EqualTo(last));
        await using var resumed = await Open(since: last);
        Assert.That((await Next(resumed)).Changes.Single().Key.Value, Is.EqualTo($"{read}"));
    }

    [Test]
    public async Task What_is_larger_than_a_buffer_is_told_all_the_same()
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
        foreach (var told in new[] { await Next(watch), await Next(resumed) })
        {
            Assert.That(told.Revision, Is.EqualTo(written.Revision));
            Assert.That(
                told.Changes.Select(change => change.Key.Value),
                Is.EqualTo(Enumerable.Range(0, 50).Select(number => $"{number:d2}")));
        }
    }

    [Test]
    public async Task A_revision_of_the_future_is_refused_with_the_present_one()
    {
        var present = await Set("k");

        Assert.That(
            async () => await Open(since: present + 1_000_000),
            Throws.TypeOf<RevisionInFutureException>().With.Message.Contains(
                $"{present + 1_000_000}").And.Message.Contains("the store is at revision"));
        Assert.That(Hub.Watches, Is.Zero);
    }

    [Test]
    public async Task A_store_that_cannot_be_asked_fails_the_opening_and_the_next_one_works()
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
    public async Task When_the_store_has_forgotten_what_was_due_all_are_told_and_the_next_ones_work()
    {
        await using var watch = await Open();
        var oldest = watch.Position + 1_000_000;

        Counted.Break(new RevisionCompactedException(oldest));

        Assert.That(
            async () => await watch.Next(Long, Enough),
            Throws.TypeOf<RevisionCompactedException>()
                .With.Property(nameof(RevisionCompactedException.CompactRevision)).EqualTo(oldest));
        await Eventually.Holds(() => Hub is { Watches: 0, IsWatching: false }, "nothing is left");
    }

    [Test]
    public async Task A_fault_in_the_watch_of_the_store_ends_all_without_an_error()
    {
        await using var watch = await Open();

        Counted.Break(new InvalidOperationException("a fault"));

        Assert.That(await watch.Next(Long, Enough), Is.Null);
        await Eventually.Holds(() => Hub is { Watches: 0, IsWatching: false }, "nothing is left");
    }

    [Test]
    public async Task A_watch_that_finds_nothing_in_time_says_how_far_it_is()
    {
        await using var watch = await Open(KeyPattern.Parse("mine*"));
        var other = await Set("other");
        KeyChangeSet? told;

        do
        {
            told = await watch.Next(TimeSpan.FromMilliseconds(20), Enough);
            Assert.That(told!.Changes, Is.Empty);
        }
        while (told.Revision < other);

        Assert.That(watch.Position, Is.EqualTo(told.Revision));
    }

    [Test]
    public async Task How_far_it_is_never_runs_ahead_of_what_it_has_told()
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

        var (told, through) = (0, 0L);
        while (told < writes)
        {
            // Now and then not a moment's patience, so that it comes to its end while changes come in.
            var set = (await watch.Next(TimeSpan.FromTicks(told % 3 * 1_000), Enough))!;
            Assert.That(
                set.Revision, set.Changes.Count > 0 ? Is.GreaterThan(through) : Is.GreaterThanOrEqualTo(through));
            through = set.Revision;
            told += set.Changes.Count;
        }
        await writing;
    }
}
