using System.Threading.Tasks.Sources;

namespace Kv.Benchmarks.Pipeline;

/// <summary>An answer that is given later, one at a time, without making anything for it.</summary>
internal sealed class HeldAnswer<T> : IValueTaskSource<T>
{
    private ManualResetValueTaskSourceCore<T> _core;
    private T? _answer;
    private bool _isAsked;

    public ValueTask<T> Hold(T answer)
    {
        _core.Reset();
        (_answer, _isAsked) = (answer, true);
        return new ValueTask<T>(this, _core.Version);
    }

    public bool Release()
    {
        if (!_isAsked)
            return false;
        _isAsked = false;
        _core.SetResult(_answer!);
        return true;
    }

    public T GetResult(short token) => _core.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
