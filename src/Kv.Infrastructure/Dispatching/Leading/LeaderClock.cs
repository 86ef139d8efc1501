using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;
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

    // Before the first check there is none to compare with: the cursor may be of any age.
    private (long Revision, DateTimeOffset At)? _lastLook;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await Look(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process stops.
        }
    }

    /// <summary>Checks the cursor once.</summary>
    public async Task Look(CancellationToken cancellationToken)
    {
        if (status.IsLeader)
        {
            _lastLook = null;
            status.ClockDiffers(null);
            return;
        }
        try
        {
            var began = time.GetUtcNow();
            var read = await store.Get(layout.WatcherCursor, ReadConsistency.Linearizable, cancellationToken);
            if (read.Entry is { } cursor && cursor.ModRevision != _lastLook?.Revision
                && WatcherCursor.SavedAt(cursor.Value.Span) is { } savedAt
                && Difference(savedAt, _lastLook?.At, time.GetUtcNow()) is { } difference)
                status.ClockDiffers(difference);
            _lastLook = (read.Entry?.ModRevision ?? 0, began);
        }
        catch (StoreException)
        {
            // The last result stays valid; the store's absence is reported elsewhere.
        }
    }

    /// <summary>The least difference by which a clock is ahead of another.</summary>
    /// <param name="savedAt">The time of the other clock at some moment.</param>
    /// <param name="earliest">The time of this clock before that moment; null when that is not known.</param>
    /// <param name="latest">The time of this clock after that moment.</param>
    /// <returns>Negative when it is behind; null when nothing is known.</returns>
    public static TimeSpan? Difference(DateTimeOffset savedAt, DateTimeOffset? earliest, DateTimeOffset latest)
    {
        if (savedAt > latest)
            return latest - savedAt;
        if (earliest is not { } known)
            return null;
        return savedAt < known ? known - savedAt : TimeSpan.Zero;
    }
}
