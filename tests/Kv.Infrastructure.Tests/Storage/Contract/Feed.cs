using Kv.Infrastructure.Storage;
using Kv.Testing;

namespace Kv.Infrastructure.Tests.Storage.Contract;

/// <summary>A watch that runs beside its test and keeps the changes that it receives.</summary>
internal sealed class Feed : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly List<ChangeSet> _sets = [];

    public Feed(IStore store, KeyRange range, long fromRevision) =>
        Ended = Task.Run(async () =>
        {
            await foreach (var set in store.Watch(range, fromRevision, _stop.Token))
                lock (_lock)
                    _sets.Add(set);
        });

    /// <summary>Ends, with an exception, when the watch does.</summary>
    public Task Ended { get; }

    /// <summary>The changes so far.</summary>
    public IReadOnlyList<ChangeSet> Sets
    {
        get
        {
            lock (_lock)
                return [.. _sets];
        }
    }

    public IReadOnlyList<Change> Changes => Sets.SelectMany(set => set.Changes).ToList();

    /// <summary>Waits until the watch has received at least this many changes.</summary>
    public async Task<IReadOnlyList<Change>> Until(int changes)
    {
        await Until(() => Changes.Count >= changes, $"the watch gives {changes} changes");
        return Changes;
    }

    /// <summary>Waits until the watch has received a change.</summary>
    public async Task<Change> Until(Func<Change, bool> match, string because)
    {
        await Until(() => Changes.Any(match), because);
        return Changes.First(match);
    }

    /// <summary>Cancels the watch.</summary>
    public void Cancel() => _stop.Cancel();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await Ended;
        }
        catch (Exception)
        {
            // The test has seen it, or no longer needs it.
        }
        _stop.Dispose();
    }

    private async Task Until(Func<bool> condition, string because)
    {
        await Eventually.Holds(() => condition() || Ended.IsCompleted, because, TimeSpan.FromSeconds(30));
        if (!condition())
            await Ended;
    }
}
