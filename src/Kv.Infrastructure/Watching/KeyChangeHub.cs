using System.Diagnostics.Metrics;
using Kv.Domain.Storage;
using Kv.Domain.Tenants;
using Kv.Domain.Watching;
using Kv.Domain.Webhooks;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Watching;

/// <summary>
/// All watches of this process, over one watch of the store. It begins with the first of them and ends a while after the last.
/// </summary>
internal sealed class KeyChangeHub : IKeyChangeFeed, IAsyncDisposable
{
    // Whoever lost a connection is back before long.
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly PatternIndex<KeyChangeWatch> _index = new();
    private readonly HashSet<KeyChangeWatch> _watches = [];
    private readonly Meter _meter = new("Kv.Watching");
    private readonly IStore _store;
    private readonly KeyLayout _layout;
    private readonly KeyChanges _changes;
    private readonly PastChanges _past;
    private readonly ITimer _idle;
    private HubUpstream? _upstream;
    private long _dispatchedThrough;
    private bool _isDisposed;

    public KeyChangeHub(IStore store, KeyLayout layout, KeyChanges changes, PastChanges past, TimeProvider time)
    {
        (_store, _layout, _changes, _past) = (store, layout, changes, past);
        _idle = time.CreateTimer(_ => EndIfIdle(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _meter.CreateObservableGauge("kv.watch.watches", () => Watches, description: "Watches that are open.");
    }

    public int Watches
    {
        get
        {
            lock (_gate)
                return _watches.Count;
        }
    }

    /// <summary>The revision up to which every watch has been given what it is about.</summary>
    public long DispatchedThrough => Volatile.Read(ref _dispatchedThrough);

    public async Task<IKeyChangeWatch> Open(
        Tenant tenant, KeyPattern pattern, long? since, CancellationToken cancellationToken)
    {
        if (since is { } asked)
            await RefuseFuture(asked, cancellationToken);
        while (true)
        {
            var upstream = Upstream();
            await upstream.Started.WaitAsync(cancellationToken);
            var watch = new KeyChangeWatch(this, tenant, pattern);
            RecentChanges.Snapshot recent;
            lock (_gate)
            {
                // It ended just now; another one begins.
                if (upstream != _upstream)
                    continue;
                recent = upstream.Recent.Take();
                _watches.Add(watch);
                _index.Add(tenant, pattern, watch);
            }
            if (since is null || since >= recent.Through)
                watch.BeginAt(Math.Max(since ?? 0, recent.Through));
            else if (since >= recent.After)
                watch.BeginWith(since.Value, recent.Since(since.Value), recent.Through);
            else
                // From the store then. What happens meanwhile waits in the watch.
                watch.BeginWith(since.Value, closing => _past.Since(since.Value, _layout.KeyValuePrefix(tenant), closing));
            return watch;
        }
    }

    /// <summary>The changes that a watch of the store tells of, as domain events.</summary>
    public KeyChangeSet ToEvents(ChangeSet set)
    {
        var changed = new List<KeyChanged>(set.Changes.Count);
        foreach (var change in set.Changes)
            if (_changes.Of(change, set.Revision) is { } one)
                changed.Add(one);
        return new KeyChangeSet(set.Revision, changed);
    }

    public void Close(KeyChangeWatch watch)
    {
        lock (_gate)
        {
            if (!_watches.Remove(watch))
                return;
            _index.Remove(watch.Tenant, watch.Pattern, watch);
            if (_watches.Count == 0 && !_isDisposed)
                _idle.Change(Linger, Timeout.InfiniteTimeSpan);
        }
    }

    public async ValueTask DisposeAsync()
    {
        HubUpstream? upstream;
        lock (_gate)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            upstream = _upstream;
        }
        await _idle.DisposeAsync();
        if (upstream is not null)
            await upstream.DisposeAsync();
        _meter.Dispose();
    }

    private HubUpstream Upstream()
    {
        lock (_gate)
        {
            if (_isDisposed)
                throw new StoreUnavailableException("The store is closed.");
            return _upstream ??= new HubUpstream(_store, _layout, Dispatch, Ended);
        }
    }

    // The watches that a change concerns are found under the lock and written to without it. There is one who dispatches, so
    // each gets its changes in their order.
    private void Dispatch(HubUpstream upstream, ChangeSet set)
    {
        var events = ToEvents(set);
        var concerned = new Dictionary<KeyChangeWatch, List<KeyChanged>>();
        lock (_gate)
        {
            upstream.Recent.Add(events);
            var matches = new List<KeyChangeWatch>();
            foreach (var change in events.Changes)
            {
                _index.Match(change.Tenant, change.Key.Value, matches);
                foreach (var watch in matches)
                    (concerned.TryGetValue(watch, out var all) ? all : concerned[watch] = []).Add(change);
                matches.Clear();
            }
        }
        foreach (var (watch, changes) in concerned)
            watch.Offer(new KeyChangeSet(set.Revision, changes));
        Volatile.Write(ref _dispatchedThrough, set.Revision);
    }

    private void Ended(HubUpstream upstream, Exception? error)
    {
        List<KeyChangeWatch> cut;
        lock (_gate)
        {
            if (_upstream == upstream)
                _upstream = null;
            cut = [.. _watches];
        }
        foreach (var watch in cut)
            watch.Cut(error ?? new StoreUnavailableException("The store is closed."));
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

    private async Task RefuseFuture(long since, CancellationToken cancellationToken)
    {
        var present = await _store.Get(_layout.Nothing, ReadConsistency.Linearizable, cancellationToken);
        if (since > present.Revision)
            throw new RevisionInFutureException(since);
    }
}
