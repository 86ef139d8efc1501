using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Tests.Storage.Contract;

/// <summary>Promise 3 among so many keys that an engine may read them in parts.</summary>
internal sealed class ManyKeys(EngineUnderTest engine) : StoreContract(engine)
{
    // Folders of different sizes and depths.
    private static readonly string[] Names =
    [
        .. new[] { "\0", "a", "a\uffff", "m/9/9", "z", "zz" }
            .Concat(Enumerable.Range(0, 1200).Select(n => $"flat-{n:d6}"))
            .Concat(Enumerable.Range(0, 2500).Select(n => $"m/{n % 50}/item-{n}"))
            .Concat(Enumerable.Range(0, 2500).Select(n => $"m/{n % 7}/{n}/deep"))
            .Concat(Enumerable.Range(0, 40).Select(n => $"y/{new string('y', n)}"))
            .Order(StringComparer.Ordinal),
    ];

    [Test]
    public async Task Pages_of_any_size_and_start_have_every_key_once_in_order()
    {
        foreach (var some in Names.Chunk(100))
            await Commit([.. some.Select(name => Put(name, "v"))]);

        foreach (var size in new[] { 7, 64, 1000, 7 })
        {
            Assert.That(await NamesOf(Everything, size), Is.EqualTo(Names), $"in pages of {size}");
            foreach (var start in new[] { "flat-000500", "m/", "m/49/item-2499", "m/5", "m/50", "yy", "z", "zzz" })
            {
                var page = await Store.Range(
                    new RangeQuery(Everything.From(Key(start)), size, KeysOnly: true), Enough);
                Assert.That(
                    page.Entries.Select(entry => Name(entry.Key)).FirstOrDefault(),
                    Is.EqualTo(Names.FirstOrDefault(name => string.CompareOrdinal(name, start) >= 0)), start);
            }
        }
    }

    [Test]
    public async Task A_selection_has_the_keys_that_it_accepts_at_the_revision_of_its_first_page(
        [Values(1, 3, 100)] int size)
    {
        await Commit([Put("1x", "a"), Put("2", "b"), Put("3x", "c"), Put("4x", "d"), Put("5", "e")]);
        await Commit(Delete("3x"));
        var ask = new RangeQuery(
            Everything, size, (await Store.Range(new RangeQuery(Everything, 1), Enough)).Revision, KeysOnly: true,
            Filter: static key => key.EndsWith("x"u8));
        await Commit(Put("1x", "later"), Put("9x", "later"), Delete("4x"));

        var (found, seen) = (new List<string>(), 0);
        await foreach (var page in Store.Pages(ask, Enough))
        {
            Assert.That(page.Entries.All(entry => entry.Value.IsEmpty), Is.True);
            found.AddRange(page.Entries.Select(entry => $"{Name(entry.Key)} {entry.Version}"));
            seen += page.Examined;
        }

        Assert.That(found, Is.EqualTo(new[] { "1x 1", "4x 1" }));
        Assert.That(seen, Is.InRange(4, 6));
    }

    private async Task<List<string>> NamesOf(KeyRange range, int size)
    {
        var names = new List<string>();
        await foreach (var page in Store.Pages(new RangeQuery(range, size, KeysOnly: true), Enough))
            names.AddRange(page.Entries.Select(entry => Name(entry.Key)));
        return names;
    }
}
