using Etcdserverpb;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// Limits counts, and reads of keys without values. etcd loads the values as well before it omits them, and does not
/// report their size. So few of these reads run at once, and after a slow one the next should have half as many keys.
/// </summary>
internal sealed class KeyOnlyReads(TimeProvider time) : IDisposable
{
    private const int MaxAtOnce = 4;

    // etcd loads a thousand small values in a few milliseconds, and a hundred megabytes in more than this.
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(50);

    private readonly SemaphoreSlim _turns = new(MaxAtOnce);

    public void Dispose() => _turns.Dispose();

    /// <summary>Waits for its turn and reads.</summary>
    /// <returns>The answer, and how many keys the next read may have.</returns>
    public async Task<(RangeResponse Answer, int FittingLimit)> Read(
        int limit, Func<Task<RangeResponse>> read, CancellationToken cancellationToken)
    {
        await _turns.WaitAsync(cancellationToken);
        try
        {
            var began = time.GetTimestamp();
            var answer = await read();
            return (answer, time.GetElapsedTime(began) < Slow ? int.MaxValue : Math.Max(1, limit / 2));
        }
        finally
        {
            _turns.Release();
        }
    }
}
