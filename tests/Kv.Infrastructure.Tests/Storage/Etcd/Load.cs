using Kv.Domain.Storage;

namespace Kv.Infrastructure.Tests.Storage.Etcd;

/// <summary>
/// Callers that make one call after the other, with pauses, and a count of the outcomes. The pauses limit the rate,
/// so that it depends on the answers and not on the machine's load.
/// </summary>
internal sealed class Load : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly CancellationTokenSource _enough = new();
    private readonly Task _callers;
    private int _done;
    private int _failed;

    /// <param name="callers">How many ask at a time.</param>
    /// <param name="call">Makes a call; given the caller's number and how often it has called before.</param>
    public Load(int callers, Func<int, int, Task> call) =>
        _callers = Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(() => Call(caller, call))));

    /// <summary>How many calls were answered, and how many failed.</summary>
    public readonly record struct Count(int Done, int Failed);

    /// <summary>Counts the calls that end within a time.</summary>
    public async Task<Count> During(TimeSpan window)
    {
        var (done, failed) = (Volatile.Read(ref _done), Volatile.Read(ref _failed));
        await Task.Delay(window);
        return new Count(Volatile.Read(ref _done) - done, Volatile.Read(ref _failed) - failed);
    }

    public async ValueTask DisposeAsync()
    {
        await _enough.CancelAsync();
        await _callers;
        _enough.Dispose();
    }

    private async Task Call(int caller, Func<int, int, Task> call)
    {
        for (var number = 0; !_enough.IsCancellationRequested; number++)
        {
            try
            {
                await call(caller, number);
                Interlocked.Increment(ref _done);
            }
            catch (StoreUnavailableException)
            {
                Interlocked.Increment(ref _failed);
            }
            await Task.Delay(Pause);
        }
    }
}
