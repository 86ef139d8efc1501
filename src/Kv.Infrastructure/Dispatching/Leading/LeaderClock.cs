using Microsoft.Extensions.Hosting;

namespace Kv.Infrastructure.Dispatching.Leading;

/// <summary>
/// Compares this replica's clock with the leader's, which saves its time with the cursor each second while the store is
/// written to. A cursor that was saved between two checks must have a time between theirs; otherwise the clocks differ.
/// </summary>
internal sealed class LeaderClock(IStore store, KeyLayout layout, WatcherStatus status, TimeProvider time)
    : BackgroundService
{
    /// <summary>The interval of the checks: only larger differences are detected.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    // Null before the first check: that cursor may be of any age.
    private (long Revision, DateTimeOffset At)? _lastCheck;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await Check(stoppingToken);
    }

    public async Task Check(CancellationToken cancellationToken)
    {
        if (status.IsLeader)
        {
            _lastCheck = null;
            status.RecordClockDifference(null);
            return;
        }
        try
        {
            var began = time.GetUtcNow();
            var read = await store.Get(layout.WatcherCursor, ReadConsistency.Linearizable, cancellationToken);
            if (read.Entry is { } cursor && cursor.ModRevision != _lastCheck?.Revision
                && WatcherCursor.SavedAt(cursor.Value.Span) is { } savedAt
                && Difference(savedAt, _lastCheck?.At, time.GetUtcNow()) is { } difference)
                status.RecordClockDifference(difference);
            _lastCheck = (read.Entry?.ModRevision ?? 0, began);
        }
        catch (StoreException)
        {
            // The last result stays valid; the store's outage is reported elsewhere.
        }
    }

    /// <summary>The least difference by which a clock is ahead of another.</summary>
    /// <param name="savedAt">The time of the other clock at some moment, cut to milliseconds.</param>
    /// <param name="earliest">The time of this clock before that moment; null when that is not known.</param>
    /// <param name="latest">The time of this clock after that moment.</param>
    /// <returns>Negative when it is behind; null when the difference is unknown.</returns>
    public static TimeSpan? Difference(DateTimeOffset savedAt, DateTimeOffset? earliest, DateTimeOffset latest)
    {
        if (savedAt > latest)
            return latest - savedAt;
        if (earliest is not { } known)
            return null;
        // Cut to milliseconds as well: otherwise the difference comes out too large by what was cut.
        var before = DateTimeOffset.FromUnixTimeMilliseconds(known.ToUnixTimeMilliseconds());
        return savedAt < before ? before - savedAt : TimeSpan.Zero;
    }
}
