namespace Kv.Infrastructure.Storage;

/// <summary>Tasks that wait, from which owners are served in turn. The caller provides the lock.</summary>
internal sealed class FairQueue<TOwner>
    where TOwner : notnull
{
    private readonly Dictionary<TOwner, LinkedList<TaskCompletionSource>> _waiting = [];

    // In the order of their turns.
    private readonly Queue<TOwner> _owners = [];

    public int Owners => _owners.Count;

    public TaskCompletionSource Add(TOwner owner)
    {
        var task = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_waiting.TryGetValue(owner, out var own))
        {
            _waiting.Add(owner, own = []);
            _owners.Enqueue(owner);
        }
        own.AddLast(task);
        return task;
    }

    /// <summary>Removes a task that gives up. Returns whether it was still waiting.</summary>
    public bool Remove(TOwner owner, TaskCompletionSource task) =>
        _waiting.TryGetValue(owner, out var own) && own.Remove(task);

    /// <summary>
    /// Completes the first task of the next owner. Returns false when that owner's tasks have all given up.
    /// </summary>
    public bool ServeOne()
    {
        var owner = _owners.Dequeue();
        var own = _waiting[owner];
        var next = own.First;
        if (next is not null)
            own.RemoveFirst();
        if (own.Count > 0)
            _owners.Enqueue(owner);
        else
            _waiting.Remove(owner);
        next?.Value.SetResult();
        return next is not null;
    }
}
