using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Tests.KeyValues;

/// <summary>A store with a number of keys with values of some size, of which only some fit into one answer.</summary>
internal sealed class PagedStore(
    int total, int largest = int.MaxValue, int valueBytes = 0, params int[] expired) : IStore
{
    private readonly ReadOnlyMemory<byte> _value = new byte[valueBytes];
    private int _asked;

    /// <summary>Moves on when the store is restored.</summary>
    public Epoch Epoch { get; set; } = Epoch.First;

    public List<RangeQuery> Asked { get; } = [];

    /// <summary>How many pages were requested; safe to read from any thread.</summary>
    public int Calls => Volatile.Read(ref _asked);

    /// <summary>The task that a page awaits first, by the number of the page from 1 on.</summary>
    public Func<int, CancellationToken, Task> Before { get; set; } = (_, _) => Task.CompletedTask;

    public async Task<RangePage> Range(RangeQuery query, CancellationToken cancellationToken)
    {
        Asked.Add(query);
        var number = Interlocked.Increment(ref _asked);
        await Before(number, cancellationToken);
        var all = Enumerable.Range(0, total)
            .Select(
                i => new Entry(StoreKey.FromText($"/kvstore/kv/space/app/{i / 10:D4}-{i % 10}"), _value, 7, 7, 1, null))
            .Where(entry => query.Range.Contains(entry.Key))
            .ToList();
        var fitting = Math.Min(query.Limit, largest);
        var page = all.Take(fitting).ToList();
        StoreKey? next = page.Count < all.Count ? page[^1].Key.Next() : null;
        // Like an engine, it leaves expired keys out of a page.
        page.RemoveAll(entry => expired.Contains(all.IndexOf(entry)) && number == 1);
        return new RangePage(page, next, 7, fitting);
    }

    public ValueTask<PointRead> Get(StoreKey key, ReadConsistency consistency, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<PairRead> GetPair(
        StoreKey first, StoreKey second, ReadConsistency consistency, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<long> Count(KeyRange range, long revision, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<CommitResult> Commit(Transaction transaction, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public IAsyncEnumerable<ChangeSet> Changes(
        KeyRange range, long from, long through, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public IAsyncEnumerable<ChangeSet> Watch(
        KeyRange range, long fromRevision, CancellationToken cancellationToken, bool sizesOnly) =>
        throw new NotSupportedException();

    public Task<IStoreLock> Lock(
        StoreKey name, ReadOnlyMemory<byte> note, TimeSpan timeToLive, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
