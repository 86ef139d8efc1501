namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>
/// A transaction that waits for the disk. Either the writer takes it or its caller cancels first; a transaction that is
/// cancelled before it is taken is not written.
/// </summary>
internal sealed class PendingCommit : TaskCompletionSource<CommitResult>
{
    private const int Waiting = 0;
    private const int Taken = 1;
    private const int Abandoned = 2;

    private readonly CancellationToken _cancellationToken;
    private readonly CancellationTokenRegistration _cancellation;
    private int _state;
    private CommitResult? _result;
    private Exception? _error;

    // Continuations run on other threads: the writer's thread has the next batch to write.
    public PendingCommit(Transaction transaction, long queuedAt, CancellationToken cancellationToken)
        : base(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        Transaction = transaction;
        QueuedAt = queuedAt;
        Bytes = transaction.Bytes;
        _cancellationToken = cancellationToken;
        if (cancellationToken.CanBeCanceled)
            _cancellation = cancellationToken.UnsafeRegister(
                static pending => ((PendingCommit)pending!).Cancel(), this);
    }

    public Transaction Transaction { get; }

    /// <summary>When the transaction was queued, as a timestamp of the store's clock.</summary>
    public long QueuedAt { get; }

    /// <summary>The memory that it takes while it waits, and about what it writes to the disk.</summary>
    public int Bytes { get; }

    /// <summary>Takes the transaction for writing; false when its caller has cancelled it.</summary>
    public bool TryTake() => Interlocked.CompareExchange(ref _state, Taken, Waiting) == Waiting;

    /// <summary>
    /// Fails the transaction unless it is complete. The error depends on whether it may still be written.
    /// </summary>
    public void Fail(Func<bool, Exception> error)
    {
        var before = Interlocked.CompareExchange(ref _state, Abandoned, Waiting);
        if (TrySetException(error(before == Taken)))
            _cancellation.Unregister();
    }

    /// <summary>Keeps the outcome until the batch is on the disk and <see cref="Acknowledge"/> reports it.</summary>
    public void Complete(CommitResult? result, Exception? error) => (_result, _error) = (result, error);

    public void Acknowledge()
    {
        _cancellation.Unregister();
        if (_error is { } error)
            TrySetException(error);
        else
            TrySetResult(_result!);
    }

    // A transaction that was taken may still be written, but its caller no longer waits for the outcome.
    private void Cancel()
    {
        Interlocked.CompareExchange(ref _state, Abandoned, Waiting);
        TrySetCanceled(_cancellationToken);
    }
}
