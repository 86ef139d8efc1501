using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Watching;

/// <summary>The one watch of the store behind all watches of this process, from the present on.</summary>
internal sealed class HubUpstream : IAsyncDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _reading;

    public HubUpstream(
        IStore store, KeyLayout layout, Action<HubUpstream, ChangeSet> dispatch, Action<HubUpstream, Exception?> ended)
    {
        Started = Start(store, layout);
        _reading = Read(store, layout, dispatch, ended);
    }

    /// <summary>Completes when it is known from which revision on it watches; fails when the store cannot tell.</summary>
    public Task Started { get; }

    /// <summary>What it has told lately. The hub's lock guards it.</summary>
    public RecentChanges Recent { get; private set; } = null!;

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _reading;
        _ending.Dispose();
    }

    private async Task Start(IStore store, KeyLayout layout)
    {
        var present = await store.Get(layout.Nothing, ReadConsistency.Linearizable, _ending.Token);
        Recent = new RecentChanges(present.Revision);
    }

    private async Task Read(
        IStore store, KeyLayout layout, Action<HubUpstream, ChangeSet> dispatch, Action<HubUpstream, Exception?> ended)
    {
        Exception? failure = null;
        try
        {
            await Started.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            await foreach (var set in store.Watch(layout.KeyValues, Recent.Through + 1, _ending.Token))
                dispatch(this, set);
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            // Nobody watches any more.
        }
        catch (Exception error)
        {
            failure = error;
        }
        ended(this, failure);
    }
}
