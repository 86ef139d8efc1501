using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Storage.Embedded;

namespace Kv.Infrastructure.Tests.Storage.Embedded;

/// <summary>A large value is a row of its own, which exists as long as a version refers to it.</summary>
internal sealed class LargeValueTests : EmbeddedTest
{
    private static readonly string Large = new('x', 1024 * 1024);

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(Schema.MaxInlineBytes)]
    [TestCase(Schema.MaxInlineBytes + 1)]
    [TestCase(1024 * 1024)]
    public async Task A_value_of_any_size_is_the_same_in_every_read(int size)
    {
        var (one, two) = (new string('1', size), new string('2', size));
        var first = (await Commit(Put("key", one))).Revision;
        var touched = (await Commit(Touch("key", InSeconds(100)))).Revision;
        var second = (await Commit(Put("key", two))).Revision;

        await Reopen();

        Assert.That(Text(await Get("key")), Is.EqualTo(two));
        foreach (var (revision, value) in new[] { (first, one), (touched, one), (second, two), (0, two) })
            Assert.That(Text((await List(revision)).Entries.Single()), Is.EqualTo(value), $"{revision}");
        var isTwo = Compare.Value(Key("key"), CompareRelation.Equal, Put("key", two).Value);
        var read = await Commit(new Transaction([isTwo], [new Operation.Read(Key("key"))]));
        Assert.That(Text(read.Results.Single().Entries.Single()), Is.EqualTo(two));
        await Commit(new Operation.Delete(Key("key")));
        await using var feed = Watch(first);
        var changes = await feed.Until(4);
        Assert.That(changes.SkipLast(1).Select(change => Text(change.Current)), Is.EqualTo(new[] { one, one, two }));
        Assert.That(changes.Skip(1).Select(change => Text(change.Previous)), Is.EqualTo(new[] { one, one, two }));
    }

    [Test]
    public async Task A_change_of_the_deadline_shares_the_value()
    {
        await Commit(Put("key", Large));

        for (var i = 0; i < 10; i++)
            await Commit(Touch("key", InSeconds(100 + i)));

        Assert.That(Contents(), Is.EqualTo(1));
    }

    [TestCase("overwritten")]
    [TestCase("deleted")]
    [TestCase("expired")]
    public async Task Compaction_deletes_a_value_with_its_last_version(string end)
    {
        Options = Options with { HistoryRevisions = 2 };
        await Commit(Put("key", Large));
        await Commit(Touch("key", InSeconds(10)));
        await Forget();
        Assert.That((Text(await Get("key")), Contents()), Is.EqualTo((Large, 1L)), "its first version is compacted");

        if (end == "expired")
            Clock.Advance(TimeSpan.FromSeconds(10));
        else
            await Commit(end == "deleted" ? new Operation.Delete(Key("key")) : Put("key", "small"));
        await Commit(Put("other", ""));
        Assert.That(Contents(), Is.EqualTo(1), "the history has it");

        await Forget();
        Assert.That(Contents(), Is.Zero);
    }

    [Test]
    public async Task Compaction_deletes_few_large_values_with_one_commit()
    {
        Options = Options with { HistoryRevisions = 100 };
        for (var i = 0; i < 10; i++)
            await Commit(Put("key", Large));
        // The history is compacted when it is a tenth longer than its limit.
        for (var i = 0; i < 99; i++)
            await Commit(Put("other", $"{i}"));
        Assert.That(Contents(), Is.EqualTo(10));

        var left = new List<long>();
        for (var i = 0; i < 3; i++)
        {
            await Commit(Put("other", ""));
            left.Add(Contents());
        }

        Assert.That(left, Is.EqualTo(new[] { 6, 2, 1 }));
    }

    [TestCase(1)]
    [TestCase(6)]
    public async Task The_file_does_not_grow_for_ever(int keys)
    {
        Options = Options with { HistoryRevisions = 2 };

        for (var i = 0; i < 40; i++)
            await Commit([.. Enumerable.Range(0, keys).Select(key => Put($"key{key}", Large))]);

        Assert.That(Number("PRAGMA page_count") * Number("PRAGMA page_size"), Is.LessThan(10 * keys * Large.Length));
    }

    [Test]
    public async Task Compaction_keeps_up_with_changes_of_many_deadlines()
    {
        const int Keys = 100;
        Options = Options with { HistoryRevisions = 2 };
        foreach (var key in Enumerable.Range(0, Keys))
            await Commit(Put($"key{key}", Large[..(64 * 1024)]));

        for (var i = 0; i < 20; i++)
            await Commit([.. Enumerable.Range(0, Keys).Select(key => Touch($"key{key}", InSeconds(100 + i)))]);

        Assert.That(Number("SELECT COUNT(*) FROM versions"), Is.LessThan(6 * Keys));
        Assert.That(Contents(), Is.EqualTo(Keys));
    }

    [Test]
    public async Task A_transaction_that_fails_leaves_no_value()
    {
        Assert.That(
            () => Commit(Put("key", Large), Touch("absent", null)), Throws.TypeOf<StoreRejectedException>());

        Assert.That(Contents(), Is.Zero);
    }

    [Test]
    public async Task A_watch_of_sizes_reads_no_value()
    {
        var first = (await Commit(Put("key", Large), Put("small", "123"))).Revision;
        await Commit(new Operation.Delete(Key("key")), Put("small", "12345"));

        var changes = new List<Change>();
        await foreach (var set in Store.Watch(Everything, first, CancellationToken.None, sizesOnly: true))
        {
            changes.AddRange(set.Changes);
            if (changes.Count == 4)
                break;
        }

        var entries = changes.SelectMany(change => new[] { change.Previous, change.Current }).OfType<Entry>().ToList();
        Assert.That(
            entries.Select(entry => entry.ValueBytes), Is.EqualTo(new[] { Large.Length, 3, Large.Length, 3, 5 }));
        Assert.That(entries.Select(entry => entry.Value.Length), Is.All.Zero);
    }

    private static Operation.Touch Touch(string key, long? deadline) => new(Key(key), deadline);

    // More revisions than the history has.
    private async Task Forget()
    {
        for (var i = 0; i < 4; i++)
            await Commit(Put("other", $"{i}"));
    }

    private long Contents() => Number("SELECT COUNT(*) FROM contents");
}
