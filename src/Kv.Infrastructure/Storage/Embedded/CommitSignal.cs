namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>Signals every commit to all waiters.</summary>
internal sealed class CommitSignal
{
    private volatile TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>
    /// Completes at the next commit. A task taken before a read of the changes signals every commit after the read.
    /// </summary>
    public Task Next => _next.Task;

    public void Raise()
    {
        var raised = _next;
        _next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        raised.TrySetResult();
    }

    /// <summary>Signals for the last time: no further commit follows.</summary>
    public void Close() => _next.TrySetResult();
}
