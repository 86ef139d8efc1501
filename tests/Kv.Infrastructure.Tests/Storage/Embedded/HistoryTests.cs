using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;
using Kv.Testing;

namespace Kv.Infrastructure.Tests.Storage.Embedded;

/// <summary>How much history the engine keeps, and how a watch sees its end.</summary>
internal sealed class HistoryTests : EmbeddedTest
{
    [Test]
    public async Task The_history_keeps_as_much_as_the_options_say()
    {
        Options = Options with { HistoryRevisions = 100 };

        var last = 0L;
        for (var i = 0; i < 500; i++)
            last = (await Commit(Put("key", $"{i}"))).Revision;

        Assert.That(() => List(last - 150), Throws.TypeOf<RevisionCompactedException>());
        Assert.That(Text((await List(last - 100)).Entries.Single()), Is.EqualTo("399"));
        Assert.That(Rows(), Is.InRange(101, 112));
    }

    [Test]
    public async Task Compaction_keeps_the_present_entries_and_the_later_history()
    {
        Options = Options with { HistoryRevisions = 1 };
        var old = (await Commit(Put("standing", "value"))).Revision;
        await Commit(Put("key", "1"), Put("gone", "value"));
        await Commit(new Operation.Delete(Key("gone")));
        var compacted = (await Commit(Put("key", "2"))).Revision;

        await Commit(Put("key", "3"));

        Assert.That((await List(compacted)).Entries.Select(Text), Is.EqualTo(new[] { "2", "value" }));
        Assert.That((await Get("standing"))!.ModRevision, Is.EqualTo(old));
        Assert.That(Rows(), Is.EqualTo(3));
        await Reopen();
        Assert.That(() => List(compacted - 1), Throws.TypeOf<RevisionCompactedException>()
            .With.Property(nameof(RevisionCompactedException.CompactRevision)).EqualTo(compacted));
    }

    [Test]
    public async Task A_watch_that_compaction_overtakes_gets_the_revision_to_resume_from()
    {
        Options = Options with { HistoryRevisions = 1 };
        var from = (await Commit(Put("key", "0"))).Revision;
        await using var watch = Store.Watch(Everything, from, CancellationToken.None).GetAsyncEnumerator();
        Assert.That(await watch.MoveNextAsync(), Is.True);
        await Commit(Put("key", "1"));
        var compacted = (await Commit(Put("key", "2"))).Revision;

        await Commit(Put("key", "3"));

        Assert.That(
            async () => await watch.MoveNextAsync(),
            Throws.TypeOf<RevisionCompactedException>()
                .With.Property(nameof(RevisionCompactedException.CompactRevision)).EqualTo(compacted));
        await using var next = Watch(compacted + 1);
        Assert.That((await next.Until(1)).Select(change => Text(change.Previous)), Is.EqualTo(new[] { "2" }));
    }

    [Test]
    public async Task A_watch_over_large_values_gives_every_change_once_and_splits_no_revision()
    {
        var large = new string('x', 900_000);
        for (var i = 0; i < 6; i++)
        {
            await Commit(Put("a", large), Put("b", large), Put($"c{i}", large));
            await Commit(new Operation.Delete(KeyRange.Prefix(Key("c"))), Put("small", ""));
        }

        await using var feed = Watch(2);
        var changes = await feed.Until(6 * 5);

        Assert.That(feed.Sets.Select(set => set.Revision), Is.EqualTo(Enumerable.Range(2, 12).Select(i => (long)i)));
        Assert.That(
            feed.Sets.Select(set => string.Join(' ', set.Changes.Select(change => $"{change.Kind} {change.Key}"))),
            Is.EqualTo(
                Enumerable.Range(0, 6).SelectMany(i => new[] { $"Put a Put b Put c{i}", $"Delete c{i} Put small" })));
        Assert.That(
            changes.Where(change => change.Kind == ChangeKind.Delete).Select(change => Text(change.Previous)),
            Has.All.EqualTo(large));
    }

    [Test]
    public async Task A_watch_skips_a_long_history_of_other_keys()
    {
        for (var i = 0; i < 12; i++)
            await Task.WhenAll(Enumerable.Range(0, 250).Select(j => Commit(Put($"other/{j}", ""))));
        await Commit(Put("key", "value"));

        await using var feed = new Contract.Feed(Store, KeyRange.Single(Key("key")), 1);

        Assert.That((await feed.Until(1))[0].Key, Is.EqualTo(Key("key")));
    }

    [Test]
    public async Task Waiting_watches_miss_no_commit()
    {
        const int Writes = 2_000;
        var feeds = Enumerable.Range(0, 4).Select(_ => Watch(1)).ToList();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < Writes / 8; i++)
                await Commit(Put($"{writer}", $"{i}"));
        })));

        foreach (var feed in feeds)
        {
            await Eventually.Holds(() => feed.Sets.Count >= Writes, "the watch receives everything");
            Assert.That(
                feed.Sets.Select(set => set.Revision), Is.EqualTo(Enumerable.Range(2, Writes).Select(i => (long)i)));
            await feed.DisposeAsync();
        }
    }

    private long Rows() => Number("SELECT COUNT(*) FROM versions");
}
