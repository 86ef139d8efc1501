namespace Kv.Testing;

/// <summary>A resource that is slow to start, shared by the tests of an assembly.</summary>
internal sealed class Shared<T>(Func<Task<T>> start)
    where T : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private Task<T>? _started;

    /// <summary>The shared one, started by the first test that asks.</summary>
    public async Task<T> Get()
    {
        Task<T> started;
        lock (_gate)
            started = _started ??= start();
        return await started;
    }

    /// <summary>Stops it, if it was started.</summary>
    public async Task Stop()
    {
        Task<T>? started;
        lock (_gate)
        {
            started = _started;
            _started = null;
        }
        if (started is { IsCompletedSuccessfully: true })
            await (await started).DisposeAsync();
    }
}
