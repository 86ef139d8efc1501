using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Tests.Storage.Embedded;

/// <summary>Deadlines, under a clock that only the test moves.</summary>
internal sealed class ExpiryTests : EmbeddedTest
{
    [Test]
    public async Task An_entry_is_removed_at_its_deadline_and_no_sooner()
    {
        var from = await PutAtRest("key", InSeconds(10));
        await using var feed = Watch(from);
        await feed.Until(1);

        Clock.Advance(TimeSpan.FromSeconds(9));
        await PutAtRest("other", null);
        Assert.That(feed.Changes.Select(change => change.Kind), Has.None.EqualTo(ChangeKind.Expire));

        Clock.Advance(TimeSpan.FromSeconds(1));
        var expiry = await feed.Until(change => change.Kind == ChangeKind.Expire, "the entry is removed");

        Assert.That(
            (expiry.Key, Text(expiry.Previous), expiry.Previous!.ModRevision), Is.EqualTo((Key("key"), "value", from)));
    }

    [Test]
    public async Task A_sooner_deadline_wakes_the_sweeper_sooner()
    {
        var from = await PutAtRest("late", InSeconds(50));
        await PutAtRest("soon", InSeconds(5));
        await using var feed = Watch(from);

        Clock.Advance(TimeSpan.FromSeconds(5));

        var expiry = await feed.Until(change => change.Kind == ChangeKind.Expire, "the earlier entry is removed");
        Assert.That(expiry.Key, Is.EqualTo(Key("soon")));
        Assert.That(await Get("late"), Is.Not.Null);
    }

    [Test]
    public async Task A_deadline_that_passes_while_the_store_is_closed_is_kept_when_it_opens()
    {
        var from = await PutAtRest("key", InSeconds(10));

        await Reopen(meanwhile: () => Clock.Advance(TimeSpan.FromDays(400)));

        Assert.That(await Get("key"), Is.Null);
        await using var feed = Watch(from);
        var changes = await feed.Until(2);
        Assert.That(changes.Select(change => change.Kind), Is.EqualTo(new[] { ChangeKind.Put, ChangeKind.Expire }));
    }

    [Test]
    public async Task An_expired_entry_is_in_no_read_even_before_its_removal()
    {
        var revision = await PutAtRest("key", InSeconds(10));
        await PutAtRest("live", null);
        using (HoldTheWriter())
        {
            Clock.Advance(TimeSpan.FromSeconds(10));

            Assert.That(await Get("key"), Is.Null);
            Assert.That((await List()).Entries.Select(entry => entry.Key), Is.EqualTo(new[] { Key("live") }));
            Assert.That((await List(revision)).Entries, Is.Empty);
            Assert.That(await Store.Count(Everything, 0, CancellationToken.None), Is.EqualTo(1));
            Assert.That(await Store.Count(Everything, revision, CancellationToken.None), Is.Zero);
            Assert.That(await Store.Count(KeyRange.Single(Key("live")), 0, CancellationToken.None), Is.EqualTo(1));
        }
    }

    [Test]
    public async Task A_put_over_an_expired_entry_is_a_create([Values] bool behindManyOthers)
    {
        var from = await PutAtRest("key", InSeconds(10));
        if (behindManyOthers)
            await CommitAll(Enumerable.Range(0, 3000).Select(i => Put($"other/{i:D4}", "", InSeconds(5))));

        Clock.Advance(TimeSpan.FromSeconds(10));
        var written = (await Commit(Put("key", "new"))).Revision;

        var entry = await Get("key");
        Assert.That((Text(entry), entry!.Version, entry.CreateRevision), Is.EqualTo(("new", 1L, written)));
        await using var feed = Watch(from);
        await feed.Until(change => change.Current?.ModRevision == written, "the put is seen");
        var changes = feed.Changes.Where(change => change.Key.Equals(Key("key"))).ToList();
        Assert.That(
            changes.Select(change => (change.Kind, change.Previous?.ModRevision)),
            Is.EqualTo(
                new (ChangeKind,
                    long?)[] { (ChangeKind.Put, null), (ChangeKind.Expire, from), (ChangeKind.Put, null) }));
    }

    [Test]
    public async Task A_conditional_create_over_an_expired_entry_succeeds([Values] bool behindManyOthers)
    {
        await PutAtRest("key", InSeconds(10));
        if (behindManyOthers)
            await CommitAll(Enumerable.Range(0, 3000).Select(i => Put($"other/{i:D4}", "", InSeconds(5))));

        Clock.Advance(TimeSpan.FromSeconds(10));
        var create = new Transaction([Compare.Absent(Key("key"))], [Put("key", "new")]);

        Assert.That((await Commit(create)).Succeeded, Is.True);
        Assert.That((await Commit(create)).Succeeded, Is.False);
        Assert.That(Text(await Get("key")), Is.EqualTo("new"));
    }

    [Test]
    public async Task No_later_operation_sees_a_put_whose_deadline_has_passed()
    {
        var read = await Commit(Put("key", "value", InSeconds(-5)), new Operation.Read(Key("key")));

        Assert.That(read.Results[1].Entries, Is.Empty);
        Assert.That((await Commit(new Transaction([Compare.Exists(Key("key"))], []))).Succeeded, Is.False);
    }

    [Test]
    public async Task Many_due_entries_are_removed_in_batches_each_exactly_once()
    {
        var from = await CommitAll(Enumerable.Range(0, 2500).Select(i => Put($"{i:D4}", "", InSeconds(10))));
        await PutAtRest("rest", null);
        await using var feed = Watch(from + 2);

        Clock.Advance(TimeSpan.FromSeconds(10));
        var changes = await feed.Until(2500);

        Assert.That(
            changes.Select(change => change.Key.ToString()).Order(),
            Is.EqualTo(Enumerable.Range(0, 2500).Select(i => $"{i:D4}")));
        Assert.That(feed.Sets, Has.All.Matches<ChangeSet>(set => set!.Changes.Count <= 1000));
        Assert.That(
            feed.Sets.SelectMany(set => set.Changes).Select(change => change.Kind), Has.All.EqualTo(ChangeKind.Expire));
    }

    [TestCase(long.MinValue)]
    [TestCase(253402300800)]
    public async Task A_deadline_outside_the_calendar_does_no_harm(long deadline)
    {
        await Commit(Put("key", "value", deadline));
        await Commit(Put("other", "value"));

        Assert.That(await Get("other"), Is.Not.Null);
    }

    // The writer sets its timer after the acknowledgement: a second write makes sure that the first timer is set.
    private async Task<long> PutAtRest(string key, long? deadline)
    {
        var result = await Commit(Put(key, "value", deadline));
        await Commit(new Operation.Read(Key(key)));
        return result.Revision;
    }
}
