using Kv.Infrastructure.Storage;
using Kv.Testing;

namespace Kv.Infrastructure.Tests.Storage.Etcd;

/// <summary>Answers larger than the client takes in one message (64 MiB).</summary>
internal sealed class LargeAnswerTests
{
    private const int Count = 100;
    private const int Mebibyte = 1024 * 1024;

    private static readonly KeyRange Large = KeyRange.Prefix(StoreKey.FromText("large/"));

    private EtcdServer _server = null!;

    [OneTimeSetUp]
    public async Task Fill()
    {
        _server = await EtcdServer.StartAsync();
        await using var store = EtcdStores.Open(_server);
        for (var i = 0; i < Count; i++)
            await store.Do(EtcdStores.PutOf(Key(i), Value(i)));
    }

    [OneTimeTearDown]
    public async Task Stop() => await _server.DisposeAsync();

    [Test]
    public async Task A_page_that_is_too_large_comes_in_parts_that_fit_together()
    {
        await using var store = EtcdStores.Open(_server);
        var query = new RangeQuery(Large, Limit: Count);
        var entries = new List<Entry>();

        for (RangePage? page = null; page is null || page.Next is not null; entries.AddRange(page.Entries))
        {
            if (page?.Next is { } next)
                query = query with { Range = Large.From(next), Revision = page.Revision };
            page = await store.Range(query, CancellationToken.None);
            Assert.That(page.Entries, Has.Count.InRange(1, 63));
        }

        Assert.That(entries.Select(entry => entry.Key.ToString()), Is.EqualTo(Enumerable.Range(0, Count).Select(Key)));
        Assert.That(entries.Select(entry => IsValue(entry)), Has.All.True);
    }

    [Test]
    public async Task A_page_of_large_values_suggests_a_limit_that_keeps_the_next_one_small()
    {
        await using var store = EtcdStores.Open(_server);

        var first = await store.Range(new(Large, Limit: 32), CancellationToken.None);
        var second = await store.Range(
            new(Large.From(first.Next!.Value), first.FittingLimit, first.Revision), CancellationToken.None);

        Assert.That(first.Entries, Has.Count.EqualTo(32));
        Assert.That(second.Entries, Has.Count.InRange(1, 8));
        Assert.That(second.FittingLimit, Is.EqualTo(first.FittingLimit));
    }

    [Test]
    public async Task Large_values_read_at_the_same_time_all_arrive()
    {
        await using var store = EtcdStores.Open(_server);
        await store.Find("connected");

        // The first reads hold the rest back, which then wait to be read together.
        var reads = Enumerable.Range(0, 66).Select(i => store.Find(Key(i))).ToList();
        var entries = await Task.WhenAll(reads);

        Assert.That(entries.Select(entry => entry!.Key.ToString()), Is.EqualTo(Enumerable.Range(0, 66).Select(Key)));
        Assert.That(entries.Select(entry => IsValue(entry!)), Has.All.True);
    }

    private static string Key(int number) => $"large/{number:D3}";

    private static byte[] Value(int number)
    {
        var value = new byte[Mebibyte];
        value.AsSpan().Fill((byte)number);
        return value;
    }

    private static bool IsValue(Entry entry) =>
        entry.Value.Span.SequenceEqual(
            Value(int.Parse(entry.Key.ToString()[^3..], System.Globalization.CultureInfo.InvariantCulture)));
}
