namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>Whose turn it is, of those who want the same name: they have it one at a time, in the order of their asking.</summary>
internal sealed class Turns
{
    private readonly Lock _gate = new();

    // There is a queue for each name that somebody has, with those who wait for it.
    private readonly Dictionary<StoreKey, Queue<TaskCompletionSource>> _waiting = [];

    /// <summary>Completes when it is the caller's turn, which <see cref="Next"/> ends.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up; it has no turn to end.</exception>
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

    /// <summary>Ends the turn of who has the name now, and begins that of who has waited longest.</summary>
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
