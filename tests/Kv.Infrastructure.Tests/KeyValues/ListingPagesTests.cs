using Kv.Domain.KeyValues;
using Kv.Domain.Storage;
using Kv.Domain.Tenants;
using Kv.Infrastructure.KeyValues;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Tests.KeyValues;

/// <summary>How a listing asks for its pages.</summary>
internal sealed class ListingPagesTests
{
    [Test]
    public async Task Pages_grow_while_they_come_back_full() =>
        Assert.That(await LimitsAsked(new Pages(total: 200, largest: int.MaxValue)), Is.EqualTo([8, 16, 32, 64, 128]));

    [Test]
    public async Task Pages_stop_growing_where_values_are_too_large_for_more() =>
        Assert.That(await LimitsAsked(new Pages(total: 200, largest: 40)), Is.EqualTo([8, 16, 32, 64, 40, 40, 40]));

    [Test]
    public async Task Pages_grow_on_where_expired_keys_were_left_out() =>
        Assert.That(await LimitsAsked(new Pages(total: 201, largest: int.MaxValue, expired: 3)), Is.EqualTo([8, 16, 32, 64, 128]));

    [Test]
    public async Task Every_page_after_the_first_is_read_at_the_firsts_revision()
    {
        var store = new Pages(total: 200, largest: int.MaxValue);

        await LimitsAsked(store);

        Assert.That(store.Asked.Select(query => query.Revision), Is.EqualTo([0, 7, 7, 7, 7]));
    }

    [Test]
    public async Task Many_small_folders_take_few_looks()
    {
        // Folders of ten keys each.
        var store = new Pages(total: 1000, largest: int.MaxValue);
        var listings = new KeyValueListings(store, new KeyLayout(new StoreOptions()), TimeProvider.System);
        var query = new KeyValueQuery { Delimiter = "-", Limit = 90, Fields = KeyFields.Key };

        var page = await listings.Page(Tenant.Of("space", "app"), query, CancellationToken.None);

        Assert.That(page.Prefixes, Has.Count.EqualTo(90));
        Assert.That(store.Asked, Has.Count.LessThan(15));
    }

    private static async Task<IEnumerable<int>> LimitsAsked(Pages store)
    {
        var listings = new KeyValueListings(store, new KeyLayout(new StoreOptions()), TimeProvider.System);
        var count = 0;
        await foreach (var _ in (await listings.List(Tenant.Of("space", "app"), "", false, CancellationToken.None)).KeyValues)
            count++;
        Assert.That(count, Is.EqualTo(200));
        return store.Asked.Select(query => query.Limit);
    }

    /// <summary>A store of so many keys, of which only so many fit into one answer.</summary>
    private sealed class Pages(int total, int largest, params int[] expired) : IStore
    {
        public List<RangeQuery> Asked { get; } = [];

        public Task<RangePage> Range(RangeQuery query, CancellationToken cancellationToken)
        {
            Asked.Add(query);
            var all = Enumerable.Range(0, total)
                .Select(i => new Entry(StoreKey.Of($"/kvstore/kv/space/app/{i / 10:D2}-{i % 10}"), default, 7, 7, 1, null))
                .Where(entry => query.Range.Contains(entry.Key))
                .ToList();
            var fitting = Math.Min(query.Limit, largest);
            var page = all.Take(fitting).ToList();
            StoreKey? next = page.Count < all.Count ? page[^1].Key.Next() : null;
            // Those that have expired are left out of a page, as an engine does.
            page.RemoveAll(entry => expired.Contains(all.IndexOf(entry)) && Asked.Count == 1);
            return Task.FromResult(new RangePage(page, next, 7, fitting));
        }

        public ValueTask<PointRead> Get(StoreKey key, ReadConsistency consistency, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask<PairRead> GetPair(
            StoreKey key, StoreKey beside, ReadConsistency consistency, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<long> Count(KeyRange range, long revision, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask<CommitResult> Commit(Transaction transaction, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public IAsyncEnumerable<ChangeSet> Watch(KeyRange range, long fromRevision, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<IStoreLock> Lock(StoreKey name, TimeSpan timeToLive, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
