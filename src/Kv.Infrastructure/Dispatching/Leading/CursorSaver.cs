using Kv.Infrastructure.Changes;

namespace Kv.Infrastructure.Dispatching.Leading;

/// <summary>Saves the cursor at the settled revision.</summary>
internal sealed class CursorSaver(
    WatcherCursor cursor, FencedWriter writer, SettledRevisions settled, Marks marks, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Saves the cursor.</summary>
    public Task Save() => cursor.Save(settled.Through, writer);

    /// <summary>Saves the cursor whenever it has advanced, until it is cancelled.</summary>
    public async Task KeepSaved(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        var saved = 0L;
        var movedAt = time.GetTimestamp();
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            var through = settled.Through;
            if (through != saved)
            {
                await cursor.Save(through, writer);
                (saved, movedAt) = (through, time.GetTimestamp());
            }
            else if (time.GetElapsedTime(movedAt) >= Marks.Interval)
            {
                movedAt = time.GetTimestamp();
                if (await marks.AreDueAfter(saved, cancellationToken))
                    await writer.Do(marks.Operation);
            }
        }
    }
}
