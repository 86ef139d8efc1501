using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Watching;

/// <summary>The one watch of the store behind all watches of this process, from the present on.</summary>
internal sealed class HubUpstream : IAsyncDisposable
{
    // A watch over keys that nobody writes does not tell how far it has come, and compaction would catch up with those who
    // go on where it was. etcd's users compact every few minutes at the most.
    private static readonly TimeSpan MarkInterval = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _ending = new();
    private readonly IStore _store;
    private readonly KeyLayout _layout;
    private readonly TimeProvider _time;
    private readonly Task _running;
    private long _dispatchedThrough;

    /// <param name="store">The store.</param>
    /// <param name="layout">Where its keys are.</param>
    /// <param name="time">When to mark how far it has come.</param>
    /// <param name="dispatch">What to do with the changes at a revision; called by one thread at a time, in order.</param>
    /// <param name="ended">What to do at its end, with what it failed by.</param>
    public HubUpstream(
        IStore store, KeyLayout layout, TimeProvider time, Action<HubUpstream, ChangeSet> dispatch,
        Action<HubUpstream, Exception?> ended)
    {
        (_store, _layout, _time) = (store, layout, time);
        Started = Start();
        _running = Task.WhenAll(Read(dispatch, ended), MarkWhileQuiet());
    }

    /// <summary>Completes when it is known from which revision on it watches; fails when the store cannot tell.</summary>
    public Task Started { get; }

    /// <summary>What it has told lately. The hub's lock guards it.</summary>
    public RecentChanges Recent { get; private set; } = null!;

    /// <summary>The revision up to which all that joined it were offered what they are about.</summary>
    public long DispatchedThrough => Volatile.Read(ref _dispatchedThrough);

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _running;
        _ending.Dispose();
    }

    private async Task Start()
    {
        // Whoever makes it holds a lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        _dispatchedThrough = await Present();
        Recent = new RecentChanges(_dispatchedThrough);
    }

    private async Task Read(Action<HubUpstream, ChangeSet> dispatch, Action<HubUpstream, Exception?> ended)
    {
        Exception? failure = null;
        try
        {
            await Started;
            // Marks lie within what is watched.
            await foreach (var set in _store.Watch(_layout.Watched, DispatchedThrough + 1, _ending.Token))
            {
                dispatch(this, set);
                Volatile.Write(ref _dispatchedThrough, set.Revision);
            }
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            // Nobody watches any more.
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
        using var timer = new PeriodicTimer(MarkInterval, _time);
        try
        {
            for (var seen = 0L; await timer.WaitForNextTickAsync(_ending.Token); seen = DispatchedThrough)
                if (DispatchedThrough == seen)
                    await Mark(seen);
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            // It has ended.
        }
    }

    private async Task Mark(long seen)
    {
        try
        {
            // The leader saves its cursor after a mark as well; after that alone there is nothing to mark.
            if (await Present() > seen + 1)
                await _store.Commit(
                    Transaction.Of(new Operation.Put(_layout.Mark(Guid.Empty), ReadOnlyMemory<byte>.Empty)), _ending.Token);
        }
        catch (StoreException)
        {
            // Another minute, another mark.
        }
    }

    private async Task<long> Present() =>
        (await _store.Get(_layout.Nothing, ReadConsistency.Linearizable, _ending.Token)).Revision;
}
