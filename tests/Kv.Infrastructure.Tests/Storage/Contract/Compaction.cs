using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Tests.Storage.Contract;

/// <summary>
/// Promises 3 and 4 for compacted history. These tests have a store of their own.
/// </summary>
internal sealed class Compaction(EngineUnderTest engine) : StoreContract(engine)
{
    protected override Task<StoreHarness> Open() => Engine.OpenAlone();

    [Test]
    public async Task A_range_before_the_compact_revision_fails_and_reports_it()
    {
        await Write("key", "1");
        var old = await Write("key", "2");
        var compacted = await Write("key", "3");

        await Harness.Compact(compacted);

        Assert.That(
            () => Store.Range(new RangeQuery(Everything, 10, old), Enough),
            Throws.TypeOf<RevisionCompactedException>()
                .With.Property(nameof(RevisionCompactedException.CompactRevision)).EqualTo(compacted));
    }

    [Test]
    public async Task A_count_before_the_compact_revision_fails_and_reports_it()
    {
        var old = await Write("key", "1");
        var compacted = await Write("key", "2");

        await Harness.Compact(compacted);

        Assert.That(
            () => Store.Count(Everything, old, Enough),
            Throws.TypeOf<RevisionCompactedException>()
                .With.Property(nameof(RevisionCompactedException.CompactRevision)).EqualTo(compacted));
    }

    [Test]
    public async Task The_compact_revision_and_later_ones_can_be_read()
    {
        await Write("a", "1");
        await Write("b", "1");
        await Commit(Delete("b"));
        var compacted = await Write("a", "2");
        var later = await Write("a", "3");

        await Harness.Compact(compacted);

        Assert.That(await Listed(revision: compacted), Is.EqualTo(new[] { "a=2" }));
        Assert.That(await Listed(revision: later), Is.EqualTo(new[] { "a=3" }));
        Assert.That(await Listed(), Is.EqualTo(new[] { "a=3" }));
    }

    [Test]
    public async Task Compaction_keeps_the_revisions_and_versions_of_present_entries()
    {
        var created = await Write("key", "1");
        var last = await Write("key", "2");
        var compacted = await Write("other", "");

        await Harness.Compact(compacted);

        var entry = await Get("key");
        Assert.That((entry!.CreateRevision, entry.ModRevision, entry.Version), Is.EqualTo((created, last, 2L)));
    }

    [Test]
    public async Task A_watch_from_before_the_compact_revision_fails_and_reports_it()
    {
        await Write("key", "1");
        var old = await Write("key", "2");
        var compacted = await Write("key", "3");

        await Harness.Compact(compacted);

        await using var feed = Watch(old);
        Assert.That(
            () => feed.Ended.WaitAsync(Enough),
            Throws.TypeOf<RevisionCompactedException>()
                .With.Property(nameof(RevisionCompactedException.CompactRevision)).EqualTo(compacted));
        Assert.That(feed.Sets, Is.Empty);
    }

    [Test]
    public async Task A_watch_of_a_range_without_changes_fails_too()
    {
        await Write("key", "1");
        var old = await Write("key", "2");
        var compacted = await Write("key", "3");

        await Harness.Compact(compacted);

        await using var feed = Watch(old, KeyRange.Prefix(Key("untouched/")));
        Assert.That(() => feed.Ended.WaitAsync(Enough), Throws.TypeOf<RevisionCompactedException>());
    }

    [Test]
    public async Task A_watch_from_after_the_compact_revision_misses_nothing()
    {
        await Write("key", "1");
        var compacted = await Write("key", "2");
        await Write("key", "3");
        await Commit(Delete("key"));

        await Harness.Compact(compacted);

        await using var feed = Watch(compacted + 1);
        var changes = await feed.Until(2);
        Assert.That(changes.Select(Short), Is.EqualTo(new[] { "put key=3", "delete key" }));
    }

    [Test]
    public async Task A_watch_from_the_compact_revision_does_not_skip_a_delete_there()
    {
        // A store that has dropped the delete with the rest of the key's history must report it, and not continue.
        await Write("key", "1");
        var deleted = (await Commit(Delete("key"))).Revision;
        await Write("key", "2");

        await Harness.Compact(deleted);

        await using var feed = Watch(deleted);
        try
        {
            var changes = await feed.Until(1);
            Assert.That(Short(changes[0]), Is.EqualTo("delete key"));
        }
        catch (RevisionCompactedException e)
        {
            Assert.That(e.CompactRevision, Is.EqualTo(deleted));
        }
    }
}
