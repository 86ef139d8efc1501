using System.Globalization;
using System.Text;
using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;
using Kv.Testing;

namespace Kv.Infrastructure.Tests.Storage.Contract;

/// <summary>
/// Promise 3: ranges in byte order, at the present or at a past revision, in pages that fit together.
/// </summary>
internal sealed class Ranges(EngineUnderTest engine) : StoreContract(engine)
{
    [Test]
    public async Task A_range_without_entries_is_empty()
    {
        var before = await Write("other", "value");

        var page = await Store.Range(new RangeQuery(KeyRange.Prefix(Key("x")), 10), Enough);

        Assert.That(page.Entries, Is.Empty);
        Assert.That(page.Next, Is.Null);
        Assert.That(page.Revision, Is.GreaterThanOrEqualTo(before));
    }

    [Test]
    public async Task Entries_come_in_the_byte_order_of_their_keys()
    {
        byte[][] names =
        [
            [0x00], [0x00, 0x00], [0x00, 0xFF], [0x01],
            .. new[] { "A", "a", "a/", "aa", "b", "é" }.Select(Encoding.UTF8.GetBytes),
            [0xFE], [0xFF], [0xFF, 0x00], [0xFF, 0xFF],
        ];
        foreach (var name in names.OrderBy(name => name.Length).ThenByDescending(name => name[0]))
            await Store.Commit(Transaction.Unconditional(new Operation.Put(Key(name), name)), Enough);

        var entries = await List();

        Assert.That(entries.Select(entry => entry.Key), Is.EqualTo(names.Select(Key)));
        Assert.That(entries.Select(entry => entry.Value.ToArray()), Is.EqualTo(names));
    }

    [Test]
    public async Task A_range_begins_with_its_start_and_ends_before_its_end()
    {
        foreach (var name in new[] { "a", "b", "b\0", "c", "c\0", "d" })
            await Write(name, "");

        Assert.That(
            await Listed(KeyRange.Between(Key("b"), Key("c"))),
            Is.EqualTo(new[] { "b=", "b\0=" }));
        Assert.That(
            await Listed(KeyRange.Between(Key("b").Next(), Key("c").Next())),
            Is.EqualTo(new[] { "b\0=", "c=" }));
    }

    [Test]
    public async Task A_prefix_covers_all_keys_that_start_with_it()
    {
        byte[][] inside = [[0x61], [0x61, 0x00], [0x61, 0x80], [0x61, 0xFF], [0x61, 0xFF, 0xFF]];
        byte[][] outside = [[0x60], [0x60, 0xFF], [0x62], [0x62, 0x00]];
        foreach (var name in inside.Concat(outside))
            await Store.Commit(Transaction.Unconditional(new Operation.Put(Key(name), name)), Enough);

        var entries = await List(KeyRange.Prefix(Key("a")));

        Assert.That(entries.Select(entry => entry.Value.ToArray()), Is.EqualTo(inside));
    }

    [Test]
    public async Task A_prefix_that_ends_in_the_highest_byte_covers_only_its_own_keys()
    {
        byte[][] names = [[0x61, 0xFE], [0x61, 0xFF], [0x61, 0xFF, 0x01], [0x62]];
        foreach (var name in names)
            await Store.Commit(Transaction.Unconditional(new Operation.Put(Key(name), name)), Enough);

        var entries = await List(KeyRange.Prefix(Key([0x61, 0xFF])));

        Assert.That(entries.Select(entry => entry.Value.ToArray()), Is.EqualTo(names[1..3]));
    }

    [Test]
    public async Task A_range_of_a_single_key_covers_no_other()
    {
        await Write("key", "value");
        await Write("key\0", "other");
        await Write("keys", "other");

        var page = await Store.Range(new RangeQuery(KeyRange.Single(Key("key")), 10), Enough);

        Assert.That(Pairs(page.Entries), Is.EqualTo(new[] { "key=value" }));
        Assert.That(page.Next, Is.Null);
    }

    [Test]
    public async Task Every_page_size_gives_the_same_entries([Values(1, 2, 3, 6, 7, 8, 100)] int pageSize)
    {
        var names = Enumerable.Range(0, 7).Select(number => $"k{number}").ToList();
        foreach (var name in names)
            await Write(name, "");

        var entries = await List(pageSize: pageSize);

        Assert.That(entries.Select(entry => Name(entry.Key)), Is.EqualTo(names));
    }

    [Test]
    public async Task The_last_page_is_marked_as_the_last()
    {
        await Write("a", "");
        await Write("b", "");

        var exact = await Store.Range(new RangeQuery(Everything, 2), Enough);
        var cut = await Store.Range(new RangeQuery(Everything, 1), Enough);

        Assert.That(exact.Next, Is.Null);
        Assert.That(cut.Next, Is.Not.Null);
        Assert.That(Everything.Contains(cut.Next!.Value), Is.True);
    }

    [Test]
    public async Task Pages_at_one_revision_fit_together_while_writers_write()
    {
        var names = Enumerable.Range(0, 60).Select(number => number.ToString("D3", CultureInfo.InvariantCulture))
            .ToList();
        await Commit([.. names.Select(name => Put(name, "before"))]);
        var first = await Store.Range(new RangeQuery(Everything, 7), Enough);
        var pinned = first.Revision;

        var writing = AtOnce(4, async writer =>
        {
            for (var i = 0; i < 30; i++)
            {
                await Write(names[(i * 4 + writer) % 60], "after");
                await Write($"{i:D3}/{writer}", "new");
                await Commit(Delete(names[(i * 7 + writer) % 60]));
            }
        });
        var entries = new List<Entry>(first.Entries);
        var page = first;
        while (page.Next is { } next)
        {
            page = await Store.Range(new RangeQuery(Everything.From(next), 7, pinned), Enough);
            Assert.That(page.Revision, Is.EqualTo(pinned));
            entries.AddRange(page.Entries);
        }
        await writing;

        Assert.That(Pairs(entries), Is.EqualTo(names.Select(name => $"{name}=before")));
    }

    [Test]
    public async Task Keys_only_omits_the_values_and_nothing_else()
    {
        var created = await Write("a", "value");
        var last = await Write("a", "value");
        await Write("b", "value");

        var entries = await List(keysOnly: true);

        Assert.That(entries.Select(entry => Name(entry.Key)), Is.EqualTo(new[] { "a", "b" }));
        Assert.That(entries.Select(entry => entry.Value.Length), Is.All.Zero);
        Assert.That(
            (entries[0].CreateRevision, entries[0].ModRevision, entries[0].Version),
            Is.EqualTo((created, last, 2L)));
    }

    [Test]
    public async Task A_past_revision_shows_the_entries_of_its_time()
    {
        var first = await Write("a", "1");
        var second = (await Commit(Put("a", "2"), Put("b", "2"))).Revision;
        var third = (await Commit(Delete("a"))).Revision;
        var fourth = await Write("a", "4");

        Assert.That(await Listed(revision: first), Is.EqualTo(new[] { "a=1" }));
        Assert.That(await Listed(revision: second), Is.EqualTo(new[] { "a=2", "b=2" }));
        Assert.That(await Listed(revision: third), Is.EqualTo(new[] { "b=2" }));
        Assert.That(await Listed(revision: fourth), Is.EqualTo(new[] { "a=4", "b=2" }));
        var then = (await List(revision: second))[0];
        Assert.That((then.CreateRevision, then.ModRevision, then.Version), Is.EqualTo((first, second, 2L)));
    }

    [Test]
    public async Task Before_its_first_write_a_key_is_absent()
    {
        var before = await CurrentRevision();
        await Write("a", "1");

        Assert.That(await Listed(revision: before), Is.Empty);
    }

    [Test]
    public async Task A_serializable_range_eventually_sees_a_write()
    {
        await Write("key", "value");
        var query = new RangeQuery(Everything, 10, Consistency: ReadConsistency.Serializable);

        await Eventually.Holds(
            async () => (await Store.Range(query, Enough)).Entries.Count == 1,
            "a member that answers from its own state eventually has it");
    }

    [Test]
    public async Task A_future_revision_is_refused()
    {
        var future = await CurrentRevision() + 1_000_000;

        Assert.That(
            () => Store.Range(new RangeQuery(Everything, 10, future), Enough),
            Throws.TypeOf<RevisionInFutureException>());
    }

    [Test]
    public async Task A_count_counts_the_entries_of_a_range()
    {
        foreach (var name in new[] { "a", "b/1", "b/2", "c" })
            await Write(name, "");
        await Write("b/1", "again");

        Assert.That(await Store.Count(Everything, 0, Enough), Is.EqualTo(4));
        Assert.That(await Store.Count(KeyRange.Prefix(Key("b/")), 0, Enough), Is.EqualTo(2));
        Assert.That(await Store.Count(KeyRange.Single(Key("a")), 0, Enough), Is.EqualTo(1));
        Assert.That(await Store.Count(KeyRange.Single(Key("x")), 0, Enough), Is.Zero);
    }

    [Test]
    public async Task A_count_at_a_past_revision_counts_the_entries_of_its_time()
    {
        var one = await Write("a", "");
        var two = await Write("b", "");
        await Commit(new Operation.Delete(Everything));

        Assert.That(await Store.Count(Everything, one, Enough), Is.EqualTo(1));
        Assert.That(await Store.Count(Everything, two, Enough), Is.EqualTo(2));
        Assert.That(await Store.Count(Everything, 0, Enough), Is.Zero);
    }
}
