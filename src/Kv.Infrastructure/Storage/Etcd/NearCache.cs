using System.Diagnostics.Metrics;
using System.Threading.Channels;
using Grpc.Core;
using Kv.Infrastructure.Diagnostics;
using EtcdKeyValue = Mvccpb.KeyValue;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// Holds recently read keys in memory. While reads benefit from it, it has a <see cref="CacheWatch"/>, which starts
/// without keys and is replaced when it is lost. A store that is only written to has no watch.
/// </summary>
internal sealed partial class NearCache : IDisposable
{
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(5);

    private readonly EtcdConnection _connection;
    private readonly KeyRange _range;
    private readonly long _maxBytes;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Tally _hits;
    private readonly Tally _misses;
    private readonly CancellationTokenSource _ending = new();

    // Readers may still come while the store is disposed: a channel, unlike a semaphore, has no end for its writers.
    private readonly Channel<bool> _wanted = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private volatile CacheWatch? _watch;
    private long _wantedAt;

    /// <param name="range">The keys that may be cached.</param>
    public NearCache(
        EtcdConnection connection, KeyRange range, long maxBytes, TimeProvider time, IMeterFactory meters,
        ILogger logger)
    {
        (_connection, _range, _maxBytes, _time, _logger) = (connection, range, maxBytes, time, logger);
        var meter = meters.Create(Telemetry.Name);
        _hits = new Tally(meter, "kv.cache.hits", "{read}", "Reads of a key that were answered from memory.");
        _misses = new Tally(meter, "kv.cache.misses", "{read}", "Reads of a key for which etcd was asked.");
        meter.CreateObservableGauge(
            "kv.cache.size", () => _watch?.Keys.Bytes ?? 0, "By", "The size of the near cache.");
        _ = FollowWhileWanted();
    }

    /// <summary>
    /// The current watch; null when there is none. A lost watch stays until the next one has started: reads that may be
    /// stale can still use it.
    /// </summary>
    public CacheWatch? Watch => _watch is { IsOfCurrentEpoch: true } watch ? watch : null;

    /// <summary>
    /// Finds a key for a read that may be stale: the key as etcd reported it, and a revision at which that was its
    /// state.
    /// </summary>
    public (EtcdKeyValue? Kv, long Revision)? Find(StoreKey key)
    {
        NoteDemand();
        if (Watch?.Keys is not { } keys)
            return null;
        // Read before the key: a key that changes meanwhile has its own, later revision.
        var through = keys.Through;
        if (!keys.TryGet(key, out var kv, out var since))
            return null;
        Answered(1);
        return (kv, Math.Max(through, since));
    }

    /// <summary>Notes that reads would gain by the cache: it then keeps a watch for some time.</summary>
    public void NoteDemand()
    {
        Volatile.Write(ref _wantedAt, _time.GetTimestamp());
        if (_watch is null)
            _wanted.Writer.TryWrite(true);
    }

    public void Answered(int reads) => _hits.Add(reads);

    /// <summary>Takes in a key that was read from etcd.</summary>
    /// <param name="watch">The watch before the read.</param>
    /// <param name="kv">The key as etcd reported it; null when it does not exist.</param>
    public void Offer(CacheWatch? watch, StoreKey key, EtcdKeyValue? kv, long revision)
    {
        _misses.Add();
        if (watch is not null && _range.Contains(key))
            watch.Keys.Offer(key, kv, revision);
    }

    public void Dispose() => _ending.Cancel();

    private bool IsWanted => _time.GetElapsedTime(Volatile.Read(ref _wantedAt)) < IdleTime;

    private async Task FollowWhileWanted()
    {
        await foreach (var _ in _wanted.Reader.ReadAllAsync(_ending.Token))
        {
            for (var failures = 0; IsWanted; failures++)
            {
                var watch = new CacheWatch(_connection, _range, _maxBytes, _time);
                try
                {
                    await watch.Follow(
                        () =>
                        {
                            _watch = watch;
                            failures = 0;
                        },
                        () => IsWanted, _ending.Token);
                }
                catch (Exception error) when (!_ending.IsCancellationRequested)
                {
                    Log(error, failures);
                }
                await Task.Delay(Backoff.After(failures), _time, _ending.Token);
            }
            _watch = null;
        }
    }

    private void Log(Exception error, int failures)
    {
        if (error is not (RpcException or OperationCanceledException))
            LogFault(error);
        else if (failures == 0)
            LogLost(error is RpcException call ? call.Status.Detail : error.Message);
    }
}
