namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>
/// A lock for each name. The callers that wait for one name get it in the order in which they asked.
/// </summary>
internal sealed class FairLocks
{
    private readonly Lock _gate = new();

    // Each name that is held has a queue of the callers that wait for it.
    private readonly Dictionary<StoreKey, Queue<TaskCompletionSource>> _waiting = [];

    /// <summary>Completes when the caller has the lock; <see cref="Release"/> ends that.</summary>
    /// <exception cref="OperationCanceledException">The caller cancelled; it does not have the lock.</exception>
    public async Task Acquire(StoreKey name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_waiting.TryGetValue(name, out var queue))
                queue.Enqueue(turn);
            else
            {
                _waiting.Add(name, new());
                return;
            }
        }
        await using var givenUp = cancellationToken.Register(() => turn.TrySetCanceled(cancellationToken));
        await turn.Task;
    }

    /// <summary>Gives the lock to the caller that has waited longest.</summary>
    public void Release(StoreKey name)
    {
        lock (_gate)
        {
            var queue = _waiting[name];
            while (queue.TryDequeue(out var next))
                if (next.TrySetResult())
                    return;
            _waiting.Remove(name);
        }
    }
}
