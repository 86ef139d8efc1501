using Kv.Domain.Storage;
using Kv.Infrastructure.Changes;
using Kv.Infrastructure.Storage;
using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.NearCache;

/// <summary>
/// A store with a cache of entries that were read recently, for reads that may be stale (serializable). A watch keeps
/// the cache up to date, so it lags by as much as the watch: a few milliseconds, or as long as the store cannot be
/// reached. Every answer carries the revision at which it was valid.
/// </summary>
internal sealed partial class CachedStore : StoreDecorator, IFeedReader
{
    private readonly KeyLayout _layout;
    private readonly EntryCache _cache;
    private readonly CacheTelemetry _telemetry;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _following;

    /// <param name="inner">The store.</param>
    /// <param name="layout">Where its keys are.</param>
    /// <param name="maxBytes">The size of the cache in bytes.</param>
    /// <param name="time">The clock of deadlines.</param>
    /// <param name="logger">Logs the loss of the watch.</param>
    public CachedStore(IStore inner, KeyLayout layout, long maxBytes, TimeProvider time, ILogger<CachedStore> logger)
        : base(inner)
    {
        (_layout, _time, _logger) = (layout, time, logger);
        _cache = new EntryCache(maxBytes);
        _telemetry = new CacheTelemetry(() => _cache.Bytes);
        _following = Task.Run(() => new FeedFollower(inner, time).Follow(this, _ending.Token));
    }

    public override ValueTask<PointRead> Get(
        StoreKey key, ReadConsistency consistency, CancellationToken cancellationToken)
    {
        if (consistency == ReadConsistency.Linearizable || !_layout.KeyValues.Contains(key))
            return Inner.Get(key, consistency, cancellationToken);
        var epoch = Inner.Epoch;
        if (!_cache.TryGet(key, _time.GetUtcNow(), epoch, out var read))
            return Fetch(key, epoch, cancellationToken);
        _telemetry.Hit();
        return new(read);
    }

    public override async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ending.Dispose();
        _telemetry.Dispose();
        await base.DisposeAsync();
    }

    private async ValueTask<PointRead> Fetch(StoreKey key, Epoch epoch, CancellationToken cancellationToken)
    {
        _telemetry.Missed();
        var read = await Inner.Get(key, ReadConsistency.Serializable, cancellationToken);
        _cache.Offer(key, read, epoch);
        return read;
    }

    async ValueTask<FeedPosition> IFeedReader.Position(CancellationToken cancellationToken)
    {
        var epoch = Inner.Epoch;
        var present = await Inner.Present(_layout, cancellationToken);
        _cache.Open(present, epoch);
        return new FeedPosition(epoch, _layout.KeyValues, present);
    }

    ValueTask<bool> IFeedReader.Read(ChangeSet set, CancellationToken cancellationToken)
    {
        _cache.Apply(set);
        return ValueTask.FromResult(true);
    }

    TimeSpan? IFeedReader.Ended(FeedEnd end)
    {
        _cache.Close();
        if (end.Error is not (null or StoreException))
            LogFault(end.Error);
        else if (end is { Failures: 0, Error: { } error })
            LogLost(error.Message);
        return end.Pause;
    }
}
