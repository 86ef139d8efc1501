using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;
using Kv.Testing;

namespace Kv.Infrastructure.Tests.Storage.Contract;

/// <summary>
/// Promise 5: after its deadline no read returns an entry, no compare sees it, and its removal is a change that says
/// so. The clock is the real one, because an engine's server has its own: the tests wait for it to pass the deadline,
/// and then ask at once, while the engine may not have removed the entry yet. They mostly wait, and so run together.
/// </summary>
[Parallelizable(ParallelScope.Children)]
internal sealed class Deadlines(EngineUnderTest engine) : StoreContract(engine)
{
    private static readonly TimeProvider Clock = TimeProvider.System;

    [Test]
    public async Task A_deadline_is_returned_as_given()
    {
        var deadline = SecondsAhead(1000);
        var from = await Write("key", "value", deadline);
        await Write("forever", "value");

        await using var feed = Watch(from);
        var changes = await feed.Until(2);

        Assert.That((await Get("key"))!.Deadline, Is.EqualTo(deadline));
        Assert.That((await List()).Select(entry => entry.Deadline), Is.EqualTo(new long?[] { null, deadline }));
        Assert.That((await List(keysOnly: true))[1].Deadline, Is.EqualTo(deadline));
        Assert.That((await Commit(Read("key"))).Results[0].Entries[0].Deadline, Is.EqualTo(deadline));
        Assert.That(changes.Select(change => change.Current!.Deadline), Is.EqualTo(new long?[] { deadline, null }));
    }

    [Test]
    public async Task Entries_of_one_transaction_have_each_their_own_deadline()
    {
        var soon = SecondsAhead(1000);
        var late = SecondsAhead(2000);

        await Commit(Put("a", "", soon), Put("b", ""), Put("c", "", late), Put("d", "", soon));

        Assert.That(
            (await List()).Select(entry => entry.Deadline),
            Is.EqualTo(new long?[] { soon, null, late, soon }));
    }

    [Test]
    public async Task Before_its_deadline_an_entry_exists()
    {
        var deadline = SecondsAhead(30);
        await Write("key", "value", deadline);

        Assert.That(Text(await Get("key")), Is.EqualTo("value"));
        Assert.That(await Listed(), Is.EqualTo(new[] { "key=value" }));
        Assert.That(await Store.Count(Everything, 0, Enough), Is.EqualTo(1));
    }

    [Test]
    public async Task From_its_deadline_on_no_read_returns_an_entry()
    {
        await Write("live", "value");
        var deadline = SecondsAhead(3);
        await Write("key", "value", deadline);

        await Pass(deadline);

        Assert.That(await Get("key"), Is.Null);
        Assert.That(await Listed(), Is.EqualTo(new[] { "live=value" }));
        Assert.That(await List(keysOnly: true), Has.Count.EqualTo(1));
        var result = await Commit(Read("key"), new Operation.Read(Everything));
        Assert.That(result.Results[0].Entries, Is.Empty);
        Assert.That(Pairs(result.Results[1].Entries), Is.EqualTo(new[] { "live=value" }));
        Assert.That(
            (await Store.Get(Key("key"), ReadConsistency.Serializable, Enough)).Entry,
            Is.Null);
    }

    [Test]
    public async Task Pages_skip_expired_entries_and_still_reach_the_end([Values(1, 2, 3)] int pageSize)
    {
        var deadline = SecondsAhead(3);
        var operations = Enumerable.Range(0, 12).Select(i => Put($"k{i:D2}", "", i % 4 == 3 ? null : deadline));
        await Commit([.. operations]);

        await Pass(deadline);

        var entries = await List(pageSize: pageSize);
        Assert.That(entries.Select(entry => Name(entry.Key)), Is.EqualTo(new[] { "k03", "k07", "k11" }));
    }

    [Test]
    public async Task A_deadline_in_the_past_makes_an_entry_that_no_read_returns()
    {
        await Write("key", "value", SecondsAhead(-10));

        Assert.That(await Get("key"), Is.Null);
        Assert.That(await Listed(), Is.Empty);
    }

    [Test]
    public async Task A_listing_with_expired_entries_equals_the_sum_of_the_changes()
    {
        var deadline = SecondsAhead(2);
        var from = await Write("live", "value");
        var expiring = await Write("key", "value", deadline);
        await Pass(deadline);

        var present = await Store.Range(new RangeQuery(Everything, 10, WithExpired: true), Enough);
        var past = await Store.Range(new RangeQuery(Everything, 10, expiring, WithExpired: true), Enough);
        var mark = await Write("mark", "");
        await using var feed = Watch(from);
        await feed.Until(change => change.Current?.ModRevision == mark, "the watch reaches the mark");

        var standing = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var change
            in feed.Sets.TakeWhile(set => set.Revision <= present.Revision).SelectMany(set => set.Changes))
            if (change.Current is null)
                standing.Remove(Name(change.Key));
            else
                standing.Add(Name(change.Key));
        Assert.That(present.Entries.Select(entry => Name(entry.Key)), Is.EqualTo(standing));
        Assert.That(past.Entries.Select(entry => Name(entry.Key)), Is.EqualTo(new[] { "key", "live" }));
    }

    [Test]
    public async Task An_expired_entry_is_eventually_not_counted()
    {
        await Write("key", "value", SecondsAhead(3));
        await Write("live", "value");

        await Eventually.Holds(
            async () => await Store.Count(Everything, 0, Enough) == 1,
            "the count leaves out the entry",
            TimeSpan.FromSeconds(30));
    }

    [Test]
    public async Task A_create_over_an_expired_entry_succeeds()
    {
        var deadline = SecondsAhead(3);
        await Write("key", "old", deadline);

        await Pass(deadline);
        var result = await Commit([Compare.Absent(Key("key"))], [Put("key", "new")]);

        Assert.That(result.Succeeded, Is.True);
        var entry = await Get("key");
        Assert.That((Text(entry), entry!.Deadline), Is.EqualTo(("new", (long?)null)));
    }

    [Test]
    public async Task No_compare_sees_an_expired_entry(
        [Values] CompareTarget target)
    {
        var deadline = SecondsAhead(3);
        var revision = await Write("key", "value", deadline);
        var same = new Compare(KeyRange.Single(Key("key")), target, CompareRelation.Equal, revision, Bytes("value"));
        Assert.That((await Commit([same], [])).Succeeded, Is.True);

        await Pass(deadline);
        var result = await Commit([same], [Put("key", "new"), Put("other", "new")]);

        Assert.That(result.Succeeded, Is.False);
        Assert.That(await Listed(), Is.Empty);
    }

    [Test]
    public async Task An_expired_entry_does_not_exist()
    {
        var deadline = SecondsAhead(3);
        await Write("key", "value", deadline);

        await Pass(deadline);
        var result = await Commit([Compare.Exists(Key("key"))], [Put("key", "then")], [Put("key", "else")]);

        Assert.That(result.Succeeded, Is.False);
        Assert.That(Text(await Get("key")), Is.EqualTo("else"));
    }

    [Test]
    public async Task A_write_without_a_deadline_clears_it()
    {
        var deadline = SecondsAhead(3);
        var from = await Write("key", "old", deadline);
        await Write("key", "new");
        await Write("sentinel", "", deadline);

        // The entries with the same deadline are removed; the one whose deadline was cleared is not.
        await using var feed = Watch(from);
        await feed.Until(
            change => change.Kind == ChangeKind.Expire && Name(change.Key) == "sentinel", "the sentinel expires");

        var entry = await Get("key");
        Assert.That((Text(entry), entry!.Deadline, entry.Version), Is.EqualTo(("new", (long?)null, 2L)));
        Assert.That(
            feed.Changes.Select(Short),
            Is.EqualTo(new[] { "put key=old", "put key=new", "put sentinel=", "expire sentinel" }));
    }

    [Test]
    public async Task A_later_deadline_takes_the_place_of_the_earlier()
    {
        var deadline = SecondsAhead(3);
        var later = SecondsAhead(1000);
        var from = await Write("key", "old", deadline);
        await Write("key", "new", later);
        await Write("sentinel", "", deadline);

        await using var feed = Watch(from);
        await feed.Until(change => change.Kind == ChangeKind.Expire, "the sentinel expires");

        Assert.That((await Get("key"))!.Deadline, Is.EqualTo(later));
        Assert.That(feed.Changes.Select(Short).Last(), Is.EqualTo("expire sentinel"));
    }

    [Test]
    public async Task An_expiry_is_reported_as_such_with_the_expired_entry()
    {
        var deadline = SecondsAhead(3);
        var created = await Write("key", "one");
        var last = await Write("key", "two", deadline);

        await using var feed = Watch(created);
        var expiry = await feed.Until(change => change.Kind != ChangeKind.Put, "the entry is removed");

        Assert.That(expiry.Kind, Is.EqualTo(ChangeKind.Expire));
        Assert.That(expiry.Key, Is.EqualTo(Key("key")));
        Assert.That(expiry.Current, Is.Null);
        var previous = expiry.Previous!;
        Assert.That(
            (Text(previous), previous.CreateRevision, previous.ModRevision, previous.Version, previous.Deadline),
            Is.EqualTo(("two", created, last, 2L, (long?)deadline)));
        Assert.That(feed.Sets[^1].Revision, Is.GreaterThan(last));
    }

    [Test]
    public async Task No_expiry_is_reported_before_its_deadline()
    {
        var deadline = SecondsAhead(3);
        var from = await Write("key", "value", deadline);

        await using var feed = Watch(from);
        await feed.Until(change => change.Kind == ChangeKind.Expire, "the entry is removed");

        Assert.That(Clock.GetUtcNow().ToUnixTimeSeconds(), Is.GreaterThanOrEqualTo(deadline));
    }

    [Test]
    public async Task A_delete_before_the_deadline_is_reported_as_a_delete()
    {
        var deadline = SecondsAhead(3);
        var from = await Write("key", "value", deadline);
        await Write("sentinel", "", deadline);
        await Commit(Delete("key"));

        await using var feed = Watch(from);
        await feed.Until(change => change.Kind == ChangeKind.Expire, "the sentinel expires");

        Assert.That(
            feed.Changes.Select(Short),
            Is.EqualTo(new[] { "put key=value", "put sentinel=", "delete key", "expire sentinel" }));
        Assert.That(feed.Changes[2].Previous!.Deadline, Is.EqualTo(deadline));
    }

    [Test]
    public async Task Many_entries_of_one_deadline_expire_each_exactly_once()
    {
        var deadline = SecondsAhead(3);
        var from = await CurrentRevision() + 1;
        await AtOnce(50, number => Write($"k{number:D2}", "value", deadline));

        await using var feed = Watch(from);
        var changes = await feed.Until(100);

        Assert.That(
            changes.Where(change => change.Kind == ChangeKind.Expire).Select(change => Name(change.Key)),
            Is.EquivalentTo(Enumerable.Range(0, 50).Select(number => $"k{number:D2}")));
        Assert.That(feed.Sets.Select(set => set.Revision), Is.Ordered.And.Unique);
        Assert.That(await Listed(), Is.Empty);
    }

    /// <summary>A deadline this many seconds ahead, or up to one less: the present second has begun.</summary>
    private static long SecondsAhead(int seconds) => Clock.GetUtcNow().ToUnixTimeSeconds() + seconds;

    private static Task Pass(long deadline) =>
        Eventually.Holds(() => Clock.GetUtcNow().ToUnixTimeMilliseconds() >= deadline * 1000, "the deadline passes");
}
