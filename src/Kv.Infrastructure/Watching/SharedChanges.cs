using Kv.Domain.Watching;

namespace Kv.Infrastructure.Watching;

/// <summary>
/// Changes that wait in the buffers of watches. They take one share of the budget, however many watches hold them, and
/// return it when the last holder is done.
/// </summary>
internal sealed class SharedChanges : IDisposable
{
    private readonly IWatchShare _share;

    // The creator is the first holder.
    private int _holders = 1;

    private SharedChanges(KeyChangeSet set, long bytes, IWatchShare share) =>
        (Set, Bytes, _share) = (set, bytes, share);

    public KeyChangeSet Set { get; }

    /// <summary>The approximate size in bytes.</summary>
    public long Bytes { get; }

    /// <summary>Takes a share of a tenant's budget for changes; null when it has no room.</summary>
    public static SharedChanges? TryTake(IWatchBudget budget, Tenant tenant, KeyChangeSet set)
    {
        var bytes = RecentChanges.Size(set);
        return budget.TryTake(tenant, bytes) is { } share ? new SharedChanges(set, bytes, share) : null;
    }

    /// <summary>Adds a holder.</summary>
    public void Hold() => Interlocked.Increment(ref _holders);

    /// <summary>Removes a holder.</summary>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
            _share.Dispose();
    }
}
