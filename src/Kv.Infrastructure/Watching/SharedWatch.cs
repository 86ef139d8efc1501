using Kv.Infrastructure.Changes;

namespace Kv.Infrastructure.Watching;

/// <summary>
/// The single watch of the store behind all watches of this process. It starts at the current revision.
/// </summary>
internal sealed class SharedWatch : IFeedReader, IAsyncDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly IStore _store;
    private readonly KeyLayout _layout;
    private readonly TimeProvider _time;
    private readonly Action<SharedWatch, ChangeSet> _dispatch;
    private readonly Task _running;
    private long _dispatchedThrough;

    /// <param name="dispatch">Receives the changes at a revision; called by one thread at a time, in order.</param>
    /// <param name="ended">Called at its end, with the error.</param>
    public SharedWatch(
        IStore store, KeyLayout layout, TimeProvider time, Action<SharedWatch, ChangeSet> dispatch,
        Action<SharedWatch, Exception?> ended)
    {
        (_store, _layout, _time, _dispatch, Epoch) = (store, layout, time, dispatch, store.Epoch);
        Started = Start();
        // Not in the context of the first caller.
        _running = Task.Run(() => Task.WhenAll(Follow(ended), MarkWhileQuiet()));
    }

    /// <summary>Completes when its first revision is known; fails when the store does not answer.</summary>
    public Task Started { get; }

    /// <summary>The store's epoch of the watch.</summary>
    public Epoch Epoch { get; }

    /// <summary>Its last changes. The hub's lock guards it.</summary>
    public RecentChanges Recent { get; private set; } = null!;

    /// <summary>The revision up to which all joined watches were offered their changes.</summary>
    public long DispatchedThrough => Volatile.Read(ref _dispatchedThrough);

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _running;
        _ending.Dispose();
    }

    async ValueTask<FeedPosition> IFeedReader.Position(CancellationToken cancellationToken)
    {
        await Started;
        // The watched range includes the marks.
        return new FeedPosition(Epoch, _layout.Watched, DispatchedThrough);
    }

    ValueTask<bool> IFeedReader.Read(ChangeSet set, CancellationToken cancellationToken)
    {
        _dispatch(this, set);
        Volatile.Write(ref _dispatchedThrough, set.Revision);
        return ValueTask.FromResult(true);
    }

    // The subscriptions resume at their positions, on the next shared watch.
    TimeSpan? IFeedReader.Ended(FeedEnd end) => null;

    private async Task Start()
    {
        // The caller of the constructor holds a lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        _dispatchedThrough = await _store.CurrentRevision(_layout, _ending.Token);
        Recent = new RecentChanges(_dispatchedThrough);
    }

    private async Task Follow(Action<SharedWatch, Exception?> ended)
    {
        Exception? failure = null;
        try
        {
            await new FeedFollower(_store, _time).Follow(this, _ending.Token);
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            // No watch is left.
        }
        catch (Exception error)
        {
            failure = error;
        }
        await _ending.CancelAsync();
        ended(this, failure);
    }

    private async Task MarkWhileQuiet()
    {
        var marks = new Marks(_store, _layout);
        using var timer = new PeriodicTimer(Marks.Interval, _time);
        try
        {
            for (var seen = 0L; await timer.WaitForNextTickAsync(_ending.Token); seen = DispatchedThrough)
                if (DispatchedThrough == seen && await marks.AreDueAfter(seen, _ending.Token))
                    await Mark(marks);
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            // The watch has ended.
        }
    }

    private async Task Mark(Marks marks)
    {
        try
        {
            await marks.Set(_ending.Token);
        }
        catch (StoreException)
        {
            // The next mark is due in a minute.
        }
    }
}
