using System.Diagnostics.Metrics;
using Kv.Domain;
using Kv.Domain.Watching;
using Kv.Infrastructure.Changes;
using Microsoft.Extensions.Hosting;

namespace Kv.Infrastructure.Watching;

/// <summary>
/// Brings live changes to all watches of this process, from one watch of the store, which starts with the first of them
/// and ends a while after the last.
/// </summary>
internal sealed partial class KeyChangeHub : IAsyncDisposable
{
    // A reader that lost its connection usually returns within this time.
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly HashSet<WatchSubscription> _watches = [];
    private readonly Dictionary<Tenant, int> _counts = [];
    private readonly WatchTopics _topics = new();
    private readonly WatchTelemetry _telemetry;
    private readonly IStore _store;
    private readonly KeyLayout _layout;
    private readonly KeyChangeMapper _changes;
    private readonly IWatchBudget _budget;
    private readonly int _most;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer _idle;
    private readonly CancellationTokenRegistration _stopping;
    private SharedWatch? _shared;
    private bool _isStopping;
    private bool _isDisposed;

    public KeyChangeHub(
        IStore store, KeyLayout layout, KeyChangeMapper changes, IWatchBudget budget, Limits limits,
        IMeterFactory meters, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<KeyChangeHub> logger)
    {
        (_store, _layout, _changes) = (store, layout, changes);
        (_budget, _most, _time, _logger) = (budget, limits.MaxWatches, time, logger);
        _telemetry = new WatchTelemetry(meters, this);
        _idle = time.CreateTimer(_ => EndIfIdle(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        // A watch does not end by itself: the shutdown of the process would wait for it.
        _stopping = lifetime.ApplicationStopping.Register(Stop);
    }

    /// <summary>The number of open watches.</summary>
    public int Watches
    {
        get
        {
            lock (_gate)
                return _watches.Count;
        }
    }

    /// <summary>
    /// Whether the store is watched: while watches are open, and for a while after the last one closes.
    /// </summary>
    public bool IsWatching
    {
        get
        {
            lock (_gate)
                return _shared is not null;
        }
    }

    /// <summary>Adds a watch; false while the process stops.</summary>
    /// <exception cref="TooManyWatchesException">Its tenant has too many open watches.</exception>
    public bool TryAdd(WatchSubscription watch)
    {
        lock (_gate)
        {
            if (_isStopping)
                return false;
            var count = _counts.GetValueOrDefault(watch.Tenant);
            if (count >= _most)
                throw new TooManyWatchesException(_most);
            _counts[watch.Tenant] = count + 1;
            return _watches.Add(watch);
        }
    }

    /// <summary>Joins a watch to the live changes from its position on.</summary>
    /// <returns>
    /// False when too many changes followed its position: the watch must read those from the store first. Also false
    /// while the process stops.
    /// </returns>
    /// <exception cref="StoreRestoredException">The watch's epoch has ended.</exception>
    public async Task<bool> Join(WatchSubscription watch, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (Shared() is not { } shared)
                return false;
            await shared.Started.WaitAsync(cancellationToken);
            lock (_gate)
            {
                // The shared watch has just ended; another one begins.
                if (shared != _shared)
                    continue;
                if (watch.Epoch.Number < shared.Epoch.Number)
                    throw new StoreRestoredException(shared.Epoch.Since);
                // This shared watch is about to end.
                if (watch.Epoch.Number > shared.Epoch.Number)
                    return false;
                if (watch.Position < shared.Recent.After
                    || !watch.Join(shared, shared.Recent.Since(watch.Position)))
                    return false;
                if (_watches.Contains(watch))
                    _topics.Add(watch);
                return true;
            }
        }
    }

    /// <summary>Removes a watch that has ended.</summary>
    public void Close(WatchSubscription watch)
    {
        lock (_gate)
        {
            if (!_watches.Remove(watch))
                return;
            if (--_counts[watch.Tenant] == 0)
                _counts.Remove(watch.Tenant);
            _topics.Remove(watch);
            if (_watches.Count == 0 && !_isDisposed)
                _idle.Change(IdleTime, Timeout.InfiniteTimeSpan);
        }
    }

    public async ValueTask DisposeAsync()
    {
        SharedWatch? shared;
        lock (_gate)
        {
            if (_isDisposed)
                return;
            // No watch may begin from now on, because no owner would end it.
            _isDisposed = _isStopping = true;
            shared = _shared;
        }
        await _stopping.DisposeAsync();
        Stop();
        await _idle.DisposeAsync();
        if (shared is not null)
            await shared.DisposeAsync();
    }

    // Null while the process stops: all watches are about to end.
    private SharedWatch? Shared()
    {
        lock (_gate)
        {
            if (_isStopping)
                return null;
            return _shared ??= new SharedWatch(_store, _layout, _time, Dispatch, Ended);
        }
    }

    // The watches of a change are found under the lock and written to without it. Only one thread dispatches, so each
    // watch gets its changes in order.
    private void Dispatch(SharedWatch shared, ChangeSet set)
    {
        var events = _changes.Map(set);
        List<(WatchSubscription[] Watches, KeyChangeSet Share)> shares;
        lock (_gate)
        {
            if (shared != _shared)
                return;
            shared.Recent.Add(events);
            shares = _topics.Shares(events);
        }
        foreach (var (watches, share) in shares)
            Offer(watches, share);
    }

    // Without a share of the budget the watches are cut off: too many changes of their tenant wait to be read.
    private void Offer(WatchSubscription[] watches, KeyChangeSet set)
    {
        using var shared = SharedChanges.TryTake(_budget, watches[0].Tenant, set);
        foreach (var watch in watches)
            if (shared is null || !watch.Offer(shared))
            {
                watch.Cut(null);
                _telemetry.WasTooSlow();
            }
    }

    private void Ended(SharedWatch shared, Exception? error)
    {
        List<WatchSubscription> cut;
        lock (_gate)
        {
            if (_shared == shared)
                _shared = null;
            cut = [.. _watches.Where(watch => watch.Shared == shared)];
        }
        // A watch that began after the compacted revisions has lost nothing: its reader resumes at its position.
        var compacted = error as RevisionCompactedException;
        // A restore invalidates every position.
        var behind = cut
            .Where(watch => compacted is StoreRestoredException || watch.Position < compacted?.CompactRevision)
                .ToHashSet();
        foreach (var watch in cut)
            watch.Cut(behind.Contains(watch) ? compacted : null);
        if (behind.Count > 0)
            LogCompacted(behind.Count, error!.Message);
        else if (error is StoreException)
            LogSharedWatchFailed(cut.Count, error.Message);
        else if (error is not null)
            LogFault(error, cut.Count);
    }

    private void EndIfIdle()
    {
        SharedWatch? shared;
        lock (_gate)
        {
            if (_watches.Count > 0)
                return;
            (shared, _shared) = (_shared, null);
        }
        if (shared is not null)
            _ = shared.DisposeAsync().AsTask();
    }

    private void Stop()
    {
        List<WatchSubscription> open;
        lock (_gate)
        {
            _isStopping = true;
            open = [.. _watches];
        }
        foreach (var watch in open)
            watch.Cut(null);
    }
}
