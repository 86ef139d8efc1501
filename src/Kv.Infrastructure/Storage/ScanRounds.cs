namespace Kv.Infrastructure.Storage;

/// <summary>
/// Admits scans in rounds. The scans of a round begin together; its places go to the tenants in turn. The next round
/// begins when all scans of the round have ended, after a pause.
/// </summary>
/// <param name="pause">The pause after a round, as a multiple of the round's duration; at most a second.</param>
/// <param name="time">The clock of the pause.</param>
internal sealed class ScanRounds(int pause, TimeProvider time)
{
    /// <summary>How many scans a round has.</summary>
    public const int MaxAtOnce = 32;

    /// <summary>How many scans of one tenant a round has.</summary>
    public const int MaxOfTenant = 16;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly FairQueue<Tenant> _waiting = new();
    private int _running;
    private bool _isPaused;
    private long _began;

    /// <summary>Waits for a place in a round.</summary>
    /// <exception cref="TimeoutException">Other scans held all places for that long.</exception>
    public async Task Enter(Tenant tenant, TimeSpan patience, CancellationToken cancellationToken)
    {
        TaskCompletionSource scan;
        lock (_gate)
        {
            scan = _waiting.Add(tenant);
            BeginRound();
        }
        try
        {
            await scan.Task.WaitAsync(patience, time, cancellationToken);
        }
        catch
        {
            bool isWaiting;
            lock (_gate)
                isWaiting = _waiting.Remove(tenant, scan);
            // A scan that was admitted meanwhile gives its place back.
            if (!isWaiting)
                Leave();
            throw;
        }
    }

    /// <summary>Ends a scan that has entered.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            if (--_running > 0)
                return;
            _isPaused = pause > 0;
            if (_isPaused)
                _ = Resume(time.GetElapsedTime(_began));
            else
                BeginRound();
        }
    }

    private async Task Resume(TimeSpan round)
    {
        var length = pause * round;
        await Task.Delay(length < LongestPause ? length : LongestPause, time).ConfigureAwait(false);
        lock (_gate)
        {
            _isPaused = false;
            BeginRound();
        }
    }

    // The caller holds the lock.
    private void BeginRound()
    {
        if (_running > 0 || _isPaused)
            return;
        _began = time.GetTimestamp();
        for (var place = 0; place < MaxOfTenant; place++)
            for (var left = _waiting.Owners; left > 0 && _running < MaxAtOnce; left--)
                if (_waiting.ServeOne())
                    _running++;
    }
}
