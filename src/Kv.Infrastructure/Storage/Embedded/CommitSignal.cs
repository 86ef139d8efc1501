namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>Wakes all who wait for the next commit.</summary>
internal sealed class CommitSignal
{
    private volatile TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes at the next commit. Taken before a look for changes, it tells of every commit after the look.</summary>
    public Task Next => _next.Task;

    public void Raise()
    {
        var raised = _next;
        _next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        raised.TrySetResult();
    }

    /// <summary>Wakes all for the last time: there are no more commits to wait for.</summary>
    public void Close() => _next.TrySetResult();
}
