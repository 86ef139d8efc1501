namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>A transaction on its way to the disk, or an order to compact, and the promise of its result.</summary>
internal sealed class PendingCommit(
    Transaction transaction, long? compactAt, long queuedAt, CancellationToken cancellationToken)
    : TaskCompletionSource<CommitResult>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public Transaction Transaction { get; } = transaction;

    public long? CompactAt { get; } = compactAt;

    public long QueuedAt { get; } = queuedAt;

    public CancellationToken CancellationToken { get; } = cancellationToken;

    public int Bytes { get; } = transaction.Bytes;
}
