using System.Text;
using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Storage.Etcd;
using Kv.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Kv.Infrastructure.Tests.Storage.Etcd;

/// <summary>Searches among names that earlier searches have read: what they find, and how much they read.</summary>
[Parallelizable(ParallelScope.Children)]
[CancelAfter(60_000)]
internal sealed class SeenNamesTests
{
    private const int Names = 3_000;

    // Reads for each search of all names without memory.
    private const int Reads = Names / PageSize;
    private const int PageSize = 10;

    // The probes of the members read as well.
    private const int Few = Reads / 10;

    private static readonly KeyRange All = KeyRange.Prefix(StoreKey.FromText("k/"));

    [Test]
    public async Task A_later_search_reads_little()
    {
        await using var etcd = await EtcdServer.StartAsync();
        await using var store = EtcdStores.Open(etcd);
        await Fill(store);

        var first = await Search(store, etcd, "none");
        var second = await Search(store, etcd, "nothing");
        var last = await Search(store, etcd, "2999");
        var part = await Search(store, etcd, "none", KeyRange.Prefix(StoreKey.FromText("k/12")));

        Assert.That((first.Found, first.Examined), Is.EqualTo(("", Names)));
        Assert.That((second.Found, second.Examined), Is.EqualTo(("", Names)));
        Assert.That((last.Found, last.Examined), Is.EqualTo(("k/2999", Names)));
        Assert.That((part.Found, part.Examined), Is.EqualTo(("", 100)));
        Assert.That(first.Reads, Is.AtLeast(Reads));
        Assert.That(second.Reads + last.Reads + part.Reads, Is.LessThan(Few));
    }

    [Test]
    public async Task Changes_since_the_names_were_read_are_found(CancellationToken cancellationToken)
    {
        await using var etcd = await EtcdServer.StartAsync();
        await using var store = EtcdStores.Open(etcd);
        await using var other = EtcdStores.Open(etcd);
        await Fill(store);
        var before = (await Search(store, etcd, "new")).Revision;

        await other.Put("k/0000/new");
        await other.Put("k/2000/new");
        await other.Put("k/2500/new");
        var written = await other.Delete("k/2000/new");
        await other.Delete("k/1500");
        await ReadChanges(store, before, cancellationToken);
        var after = await Search(store, etcd, "new");
        var removed = await Search(store, etcd, "1500");

        Assert.That((after.Found, removed.Found), Is.EqualTo(("k/0000/new k/2500/new", "")));
        Assert.That(after.Reads + removed.Reads, Is.LessThan(Few));
        Assert.That((await Search(store, etcd, "new", revision: written.Revision - 1)).Found,
            Is.EqualTo("k/0000/new k/2000/new k/2500/new"));
        Assert.That((await Search(store, etcd, "new", revision: before)).Found, Is.Empty);
        Assert.That((await Search(store, etcd, "1500", revision: before)).Found, Is.EqualTo("k/1500"));

        await other.Put("k/1500");
        await ReadChanges(store, before, cancellationToken);
        Assert.That((await Search(store, etcd, "1500")).Found, Is.EqualTo("k/1500"));
    }

    [Test]
    public async Task A_search_finds_what_a_listing_at_its_revision_holds(
        [Values(1, 2, 3)] int seed, CancellationToken cancellationToken)
    {
        await using var etcd = await EtcdServer.StartAsync();
        await using var store = EtcdStores.Open(etcd);
        var random = new Random(seed);
        var first = (await store.Put("k/first")).Revision;
        var soon = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 2;
        for (var round = 0; round < 60; round++)
        {
            var last = first;
            foreach (var _ in Enumerable.Range(0, random.Next(1, 10)))
            {
                var name = $"k/{random.Next(100) * random.Next(100):d4}";
                last = (await (random.Next(3) == 0 ? store.Delete(name)
                    : store.Put(name, deadline: random.Next(10) == 0 ? soon : null))).Revision;
            }
            if (random.Next(2) == 0)
                await ReadChanges(store, first, cancellationToken);
            var (start, text) = ($"k/{random.Next(100)}", $"{random.Next(100)}");
            var range = random.Next(2) == 0 ? All : All.From(StoreKey.FromText(start));
            var revision = random.Next(3) == 0 ? random.NextInt64(first, last) : 0;

            var found = await Search(store, etcd, text, range, revision, pageSize: random.Next(1, 20));

            // An expired key may be removed at any moment.
            var all = store.Pages(
                new RangeQuery(range, 1000, found.Revision, KeysOnly: true, WithExpired: true), cancellationToken);
            var expected = new List<string>();
            await foreach (var page in all)
                expected.AddRange(page.Entries.Select(entry => entry.Key.ToString()));
            Assert.That(
                found.Found, Is.EqualTo(string.Join(' ', expected.Where(name => name.Contains(text)))), $"{round}");
        }
    }

    [TestCase(10, 20)]
    [TestCase(100_000, 2_001)]
    public async Task Too_many_changes_since_make_the_next_search_read_anew(int reachable, int changes)
    {
        await using var etcd = await EtcdServer.StartAsync();
        await using var store = EtcdStores.Open(
            new EtcdOptions { Endpoints = [etcd.ClientUri], MaxPastRevisions = reachable });
        await Fill(store);
        await Search(store, etcd, "none");
        for (var number = 0; number < changes; number++)
            await store.Put($"k/new/{number}");

        var next = await Search(store, etcd, $"new/{changes - 1}");
        var later = await Search(store, etcd, "none");

        Assert.That((next.Found, later.Found), Is.EqualTo(($"k/new/{changes - 1}", "")));
        Assert.That(next.Reads, Is.AtLeast(Reads));
        Assert.That(later.Reads, Is.LessThan(Few));
    }

    // With the same token, etcd keeps its id.
    [TestCase("another")]
    [TestCase(null)]
    public async Task After_a_restore_no_name_of_the_lost_history_counts(string? token)
    {
        await using var etcd = await EtcdServer.StartAsync();
        await using var store = EtcdStores.Open(etcd);
        using var files = new TemporaryDirectory();
        await Fill(store);
        await etcd.Save(files.File("snapshot"));
        for (var number = 0; number < Names; number += 100)
            await store.Delete($"k/{number:d4}");
        Assert.That((await Search(store, etcd, "1500")).Found, Is.Empty);

        await new[] { etcd }.Restore(files.File("snapshot"), token);

        Assert.That((await Search(store, etcd, "1500")).Found, Is.EqualTo("k/1500"));
    }

    [Test]
    public async Task Names_are_forgotten_when_no_search_uses_them()
    {
        await using var etcd = await EtcdServer.StartAsync();
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var store = EtcdStores.Open(
            new EtcdOptions { Endpoints = [etcd.ClientUri], Timeout = TimeSpan.FromHours(2) }, time);
        await Fill(store);
        await Search(store, etcd, "none");
        time.Advance(TimeSpan.FromMinutes(4));
        Assert.That((await Search(store, etcd, "none")).Reads, Is.LessThan(Few));

        time.Advance(TimeSpan.FromMinutes(5));

        Assert.That((await Search(store, etcd, "none")).Reads, Is.AtLeast(Reads));
    }

    [Test]
    public async Task Some_names_are_dropped_when_they_take_too_much_memory()
    {
        await using var etcd = await EtcdServer.StartAsync();
        await using var store = EtcdStores.Open(etcd);
        // A piece has a name and the two ends of its range: 64 MiB hold 85 of these.
        const int names = 128;
        var tail = new string('x', 256 * 1024);
        for (var number = 0; number < names; number++)
            await store.Put($"k/{number:d4}{tail}");
        var first = await Search(store, etcd, "none", pageSize: 1);

        var next = await Search(store, etcd, "none", pageSize: 1);

        Assert.That((first.Examined, next.Examined), Is.EqualTo((names, names)));
        Assert.That(next.Reads / (double)first.Reads, Is.InRange(0.2, 0.9));
    }

    private static async Task Fill(EtcdStore store)
    {
        foreach (var some in Enumerable.Range(0, Names).Chunk(100))
            await store.Do([.. some.Select(number => EtcdStores.PutOf($"k/{number:d4}"))]);
    }

    // Otherwise a search that needs the changes reads from etcd until they have come.
    private static async Task ReadChanges(EtcdStore store, long from, CancellationToken cancellationToken)
    {
        var none = KeyRange.Single(StoreKey.FromText("none"));
        var now = await store.Get(none.Start, ReadConsistency.Linearizable, cancellationToken);
        await foreach (var _ in store.Changes(none, from, now.Revision, cancellationToken))
            Assert.Fail("The key does not exist.");
    }

    private static async Task<(string Found, int Examined, long Reads, long Revision)> Search(
        EtcdStore store, EtcdServer etcd, string text, KeyRange? range = null, long revision = 0,
        int pageSize = PageSize)
    {
        var reads = await etcd.Ranges();
        var part = Encoding.UTF8.GetBytes(text);
        var query = new RangeQuery(
            range ?? All, pageSize, revision, KeysOnly: true, WithExpired: true,
            Filter: name => name.IndexOf(part) >= 0);
        var (found, examined) = (new List<string>(), 0);
        await foreach (var page in store.Pages(query, TestContext.CurrentContext.CancellationToken))
        {
            found.AddRange(page.Entries.Select(entry => entry.Key.ToString()));
            examined += page.Examined;
            revision = page.Revision;
        }
        return (string.Join(' ', found), examined, await etcd.Ranges() - reads, revision);
    }
}
