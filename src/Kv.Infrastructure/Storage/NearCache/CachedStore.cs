using Kv.Domain.Storage;
using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Storage.NearCache;

/// <summary>
/// A store beside which the values of keys are kept that were read lately, for reads that may be stale (serializable). A watch
/// keeps them up to date, so they are as far behind as the watch is: a few milliseconds, or for as long as the store cannot be
/// reached. Every answer carries the revision at which it held.
/// </summary>
internal sealed partial class CachedStore : IStore
{
    private readonly IStore _inner;
    private readonly KeyRange _range;
    private readonly StoreKey _nothing;
    private readonly EntryCache _cache;
    private readonly CacheTelemetry _telemetry;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _following;

    /// <param name="inner">The store.</param>
    /// <param name="layout">Where its keys are.</param>
    /// <param name="maxBytes">How many bytes are kept.</param>
    /// <param name="time">The clock of deadlines.</param>
    /// <param name="logger">Where it says that it has lost touch with the store.</param>
    public CachedStore(IStore inner, KeyLayout layout, long maxBytes, TimeProvider time, ILogger<CachedStore> logger)
    {
        (_inner, _range, _nothing, _time, _logger) = (inner, layout.KeyValues, layout.Nothing, time, logger);
        _cache = new EntryCache(maxBytes);
        _telemetry = new CacheTelemetry(() => _cache.Bytes);
        _following = Task.Run(() => Follow(_ending.Token));
    }

    public ValueTask<PointRead> Get(StoreKey key, ReadConsistency consistency, CancellationToken cancellationToken)
    {
        if (consistency == ReadConsistency.Linearizable || !_range.Contains(key))
            return _inner.Get(key, consistency, cancellationToken);
        if (!_cache.TryGet(key, _time.GetUtcNow(), out var read))
            return Fetch(key, cancellationToken);
        _telemetry.Hit();
        return new(read);
    }

    public ValueTask<PairRead> GetPair(
        StoreKey key, StoreKey beside, ReadConsistency consistency, CancellationToken cancellationToken) =>
        _inner.GetPair(key, beside, consistency, cancellationToken);

    public Task<RangePage> Range(RangeQuery query, CancellationToken cancellationToken) => _inner.Range(query, cancellationToken);

    public Task<long> Count(KeyRange range, long revision, CancellationToken cancellationToken) =>
        _inner.Count(range, revision, cancellationToken);

    public ValueTask<CommitResult> Commit(Transaction transaction, CancellationToken cancellationToken) =>
        _inner.Commit(transaction, cancellationToken);

    public IAsyncEnumerable<ChangeSet> Watch(KeyRange range, long fromRevision, CancellationToken cancellationToken) =>
        _inner.Watch(range, fromRevision, cancellationToken);

    public Task<IStoreLock> Lock(StoreKey name, TimeSpan timeToLive, CancellationToken cancellationToken) =>
        _inner.Lock(name, timeToLive, cancellationToken);

    public Task<StoreSpace?> Space(CancellationToken cancellationToken) => _inner.Space(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _following;
        _ending.Dispose();
        _telemetry.Dispose();
        await _inner.DisposeAsync();
    }

    private async ValueTask<PointRead> Fetch(StoreKey key, CancellationToken cancellationToken)
    {
        _telemetry.Missed();
        var read = await _inner.Get(key, ReadConsistency.Serializable, cancellationToken);
        _cache.Offer(key, read);
        return read;
    }

    private async Task Follow(CancellationToken cancellationToken)
    {
        for (var failures = 0; !cancellationToken.IsCancellationRequested;)
        {
            try
            {
                var present = await _inner.Get(_nothing, ReadConsistency.Linearizable, cancellationToken);
                _cache.Open(present.Revision);
                await foreach (var changes in _inner.Watch(_range, present.Revision + 1, cancellationToken))
                {
                    _cache.Apply(changes);
                    failures = 0;
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // It is over.
            }
            catch (StoreException error)
            {
                LogLost(error.Message);
            }
            catch (Exception error)
            {
                LogFault(error);
            }
            _cache.Close();
            await Task.Delay(Backoff.After(failures++), _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
