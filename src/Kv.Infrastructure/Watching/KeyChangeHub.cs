using Kv.Domain.Storage;
using Kv.Domain.Tenants;
using Kv.Domain.Watching;
using Kv.Domain.Webhooks;
using Kv.Infrastructure.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Watching;

/// <summary>
/// All watches of this process, over one watch of the store. It begins with the first of them and ends a while after the last.
/// </summary>
internal sealed partial class KeyChangeHub : IKeyChangeFeed, IAsyncDisposable
{
    // Whoever lost a connection is back before long.
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly HashSet<KeyChangeWatch> _watches = [];
    private readonly WatchTopics _topics = new();
    private readonly WatchTelemetry _telemetry = new();
    private readonly IStore _store;
    private readonly KeyLayout _layout;
    private readonly KeyChanges _changes;
    private readonly PastPages _past;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer _idle;
    private readonly CancellationTokenRegistration _stopping;
    private HubUpstream? _upstream;
    private bool _isStopping;
    private bool _isDisposed;

    public KeyChangeHub(
        IStore store, KeyLayout layout, KeyChanges changes, PastChanges past, TimeProvider time,
        IHostApplicationLifetime lifetime, ILogger<KeyChangeHub> logger)
    {
        (_store, _layout, _changes, _time, _logger) = (store, layout, changes, time, logger);
        _past = new PastPages(past, layout, changes);
        _idle = time.CreateTimer(_ => EndIfIdle(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        // A watch ends by itself never: those who drain the process would wait for it.
        _stopping = lifetime.ApplicationStopping.Register(Stop);
    }

    public int Watches
    {
        get
        {
            lock (_gate)
                return _watches.Count;
        }
    }

    public bool IsWatching
    {
        get
        {
            lock (_gate)
                return _upstream is not null;
        }
    }

    public async Task<IKeyChangeWatch> Open(
        Tenant tenant, KeyPattern pattern, long? since, CancellationToken cancellationToken)
    {
        var present = await _store.Get(_layout.Nothing, ReadConsistency.Linearizable, cancellationToken);
        if (since > present.Revision)
            throw new RevisionInFutureException(since.Value, present: present.Revision);
        var watch = new KeyChangeWatch(this, _past, _time, tenant, pattern, since ?? present.Revision);
        try
        {
            if (TryAdd(watch))
                await watch.Begin(cancellationToken);
            else
                watch.Cut(null);
            return watch;
        }
        catch
        {
            await watch.DisposeAsync();
            throw;
        }
    }

    /// <summary>Lets a watch have what happens from its position on.</summary>
    /// <returns>False when too much has happened since: it must read that from the store first. Or when the process stops.</returns>
    public async Task<bool> Join(KeyChangeWatch watch, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (Upstream() is not { } upstream)
                return false;
            await upstream.Started.WaitAsync(cancellationToken);
            lock (_gate)
            {
                // It ended just now; another one begins.
                if (upstream != _upstream)
                    continue;
                if (watch.Position < upstream.Recent.After || !watch.Join(upstream, upstream.Recent.Since(watch.Position)))
                    return false;
                if (_watches.Contains(watch))
                    _topics.Add(watch);
                return true;
            }
        }
    }

    /// <summary>Takes a watch out that is over.</summary>
    public void Close(KeyChangeWatch watch)
    {
        lock (_gate)
        {
            if (!_watches.Remove(watch))
                return;
            _topics.Remove(watch);
            if (_watches.Count == 0 && !_isDisposed)
                _idle.Change(Linger, Timeout.InfiniteTimeSpan);
        }
        _telemetry.Closed();
    }

    public async ValueTask DisposeAsync()
    {
        HubUpstream? upstream;
        lock (_gate)
        {
            if (_isDisposed)
                return;
            // Nothing begins any more that nobody would end.
            _isDisposed = _isStopping = true;
            upstream = _upstream;
        }
        await _stopping.DisposeAsync();
        Stop();
        await _idle.DisposeAsync();
        if (upstream is not null)
            await upstream.DisposeAsync();
        _past.Dispose();
        _telemetry.Dispose();
    }

    private bool TryAdd(KeyChangeWatch watch)
    {
        lock (_gate)
        {
            if (_isStopping)
                return false;
            _watches.Add(watch);
        }
        _telemetry.Opened();
        return true;
    }

    // None once the process stops: it is about to end, and all watches with it.
    private HubUpstream? Upstream()
    {
        lock (_gate)
        {
            if (_isStopping)
                return null;
            if (_upstream is null)
            {
                _upstream = new HubUpstream(_store, _layout, _time, Dispatch, Ended);
                _telemetry.UpstreamBegan();
            }
            return _upstream;
        }
    }

    // The watches that a change concerns are found under the lock and written to without it. There is one who dispatches, so
    // each gets its changes in their order.
    private void Dispatch(HubUpstream upstream, ChangeSet set)
    {
        var events = _changes.Of(set);
        List<(KeyChangeWatch Watch, KeyChangeSet Share)> shares;
        lock (_gate)
        {
            if (upstream != _upstream)
                return;
            upstream.Recent.Add(events);
            shares = _topics.Shares(events);
        }
        foreach (var (watch, share) in shares)
            if (!watch.Offer(share))
            {
                watch.Cut(null);
                _telemetry.WasTooSlow();
            }
    }

    private void Ended(HubUpstream upstream, Exception? error)
    {
        List<KeyChangeWatch> cut;
        lock (_gate)
        {
            if (_upstream == upstream)
                _upstream = null;
            cut = [.. _watches.Where(watch => watch.Upstream == upstream)];
        }
        _telemetry.UpstreamEnded();
        if (error is StoreException)
            LogUpstreamFailed(cut.Count, error.Message);
        else if (error is not null)
            LogFault(error, cut.Count);
        foreach (var watch in cut)
            watch.Cut(error as RevisionCompactedException);
    }

    private void EndIfIdle()
    {
        HubUpstream? upstream;
        lock (_gate)
        {
            if (_watches.Count > 0)
                return;
            (upstream, _upstream) = (_upstream, null);
        }
        if (upstream is not null)
            _ = upstream.DisposeAsync().AsTask();
    }

    private void Stop()
    {
        List<KeyChangeWatch> open;
        lock (_gate)
        {
            _isStopping = true;
            open = [.. _watches];
        }
        foreach (var watch in open)
            watch.Cut(null);
    }
}
