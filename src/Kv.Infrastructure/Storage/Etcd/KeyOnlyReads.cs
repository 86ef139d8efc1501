using Etcdserverpb;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// Limits counts, and reads of keys without values. etcd loads the values as well before it omits them, and does not
/// report their size. So few of these reads run at once, owners take turns, and after a slow read the next one should
/// have half as many keys.
/// </summary>
/// <param name="ownerOf">The owner of a key, such as its tenant.</param>
/// <param name="time">The clock that measures reads.</param>
internal sealed class KeyOnlyReads(Func<StoreKey, string> ownerOf, TimeProvider time)
{
    private const int MaxAtOnce = 4;

    // etcd loads a thousand small values in a few milliseconds, and a hundred megabytes in more than this.
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private readonly FairQueue<string> _waiting = new();
    private int _running;

    /// <summary>Waits for its turn and reads.</summary>
    /// <returns>The answer, and how many keys the next read may have.</returns>
    public async Task<(RangeResponse Answer, int FittingLimit)> Read(
        KeyRange range, int limit, Func<Task<RangeResponse>> read, CancellationToken cancellationToken)
    {
        await Enter(ownerOf(range.Start), cancellationToken);
        try
        {
            var began = time.GetTimestamp();
            var answer = await read();
            return (answer, time.GetElapsedTime(began) < Slow ? int.MaxValue : Math.Max(1, limit / 2));
        }
        finally
        {
            Leave();
        }
    }

    private async Task Enter(string owner, CancellationToken cancellationToken)
    {
        TaskCompletionSource turn;
        lock (_gate)
        {
            if (_running < MaxAtOnce)
            {
                _running++;
                return;
            }
            turn = _waiting.Add(owner);
        }
        try
        {
            await turn.Task.WaitAsync(cancellationToken);
        }
        catch
        {
            bool isWaiting;
            lock (_gate)
                isWaiting = _waiting.Remove(owner, turn);
            if (!isWaiting)
                Leave();
            throw;
        }
    }

    // The next read takes the place.
    private void Leave()
    {
        lock (_gate)
        {
            while (_waiting.Owners > 0)
                if (_waiting.ServeOne())
                    return;
            _running--;
        }
    }
}
