using Kv.Infrastructure.Changes;
using Kv.Infrastructure.Dispatching.Lanes;

namespace Kv.Infrastructure.Dispatching.Leading;

/// <summary>Saves the cursor at the settled revision, together with the log of accepted deliveries.</summary>
internal sealed class CursorSaver(
    WatcherCursor cursor, AcceptedLog accepted, FencedWriter writer, SettledRevisions settled, Marks marks,
    TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Saves the cursor, and all accepted deliveries that are not saved.</summary>
    public async Task Save()
    {
        do
            await accepted.SaveWith(cursor.Write(settled.Through));
        while (accepted.HasUnsaved);
    }

    /// <summary>Saves the cursor whenever it has advanced or deliveries were accepted, until it is cancelled.</summary>
    public async Task KeepSaved(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        var saved = 0L;
        var movedAt = time.GetTimestamp();
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            var through = settled.Through;
            if (through != saved || accepted.HasUnsaved)
                await accepted.SaveWith(cursor.Write(through));
            if (through != saved)
            {
                (saved, movedAt) = (through, time.GetTimestamp());
            }
            else if (time.GetElapsedTime(movedAt) >= Marks.Interval)
            {
                movedAt = time.GetTimestamp();
                if (await marks.AreDueAfter(saved, cancellationToken))
                    await writer.Apply(marks.Operation);
            }
        }
    }
}
