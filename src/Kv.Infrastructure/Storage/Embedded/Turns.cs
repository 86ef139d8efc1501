namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>
/// Turns for names: the callers that ask for one name have it one at a time, in the order in which they asked.
/// </summary>
internal sealed class Turns
{
    private readonly Lock _gate = new();

    // Each name that is held has a queue of the callers that wait for it.
    private readonly Dictionary<StoreKey, Queue<TaskCompletionSource>> _waiting = [];

    /// <summary>Completes when the caller's turn begins; <see cref="Next"/> ends it.</summary>
    /// <exception cref="OperationCanceledException">The caller cancelled; it has no turn to end.</exception>
    public async Task Await(StoreKey name, CancellationToken cancellationToken)
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

    /// <summary>Ends the present turn of a name, and begins the turn of the caller that has waited longest.</summary>
    public void Next(StoreKey name)
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
