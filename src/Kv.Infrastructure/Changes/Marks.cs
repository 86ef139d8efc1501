namespace Kv.Infrastructure.Changes;

/// <summary>
/// Marks are writes that advance the followers of the feed. A watch reports only changes: without writes in its range
/// its position falls behind, and compaction would overtake it.
/// </summary>
internal sealed class Marks(IStore store, KeyLayout layout)
{
    /// <summary>
    /// The time without a change after which a mark is due. Deployments compact etcd every few minutes at most.
    /// </summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>The operation that sets a mark, in the watched range.</summary>
    public Operation Operation { get; } = new Operation.Put(layout.Mark(Guid.Empty), ReadOnlyMemory<byte>.Empty);

    /// <summary>Sets a mark.</summary>
    /// <returns>Its revision.</returns>
    public async Task<long> Set(CancellationToken cancellationToken) =>
        (await store.Commit(Transaction.Unconditional(Operation), cancellationToken)).Revision;

    /// <summary>
    /// Whether the store has advanced by more than one write since a revision. One write does not count: the leader
    /// saves its cursor after each mark. False when the store does not answer.
    /// </summary>
    public async Task<bool> AreDueAfter(long revision, CancellationToken cancellationToken)
    {
        try
        {
            return await store.CurrentRevision(layout, cancellationToken) > revision + 1;
        }
        catch (StoreException)
        {
            return false;
        }
    }
}
