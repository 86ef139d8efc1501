using Kv.Infrastructure.Dispatching.Lanes;

namespace Kv.Infrastructure.Dispatching.Leading;

/// <summary>One term of the leader, from the first change to the last.</summary>
internal sealed class LeaderTerm(
    Lead lead, FencedWriter writer, WebhookFeed feed, DeliveryWakes wakes, WebhookLanes lanes, CursorSaver cursor,
    SettledRevisions settled, WatcherStatus status)
{
    private static readonly TimeSpan DrainPatience = TimeSpan.FromSeconds(5);

    /// <summary>Leads until the lock is lost, the feed fails, or the process stops.</summary>
    /// <param name="isSaved">Whether the saved cursor is the start of the term.</param>
    /// <exception cref="OperationCanceledException">The lock is lost.</exception>
    public async Task Run(bool isSaved, CancellationToken stopping)
    {
        var writing = writer.Run();
        status.BeginTerm(settled, lanes);
        try
        {
            if (!isSaved)
                await cursor.Save();
            await RunLoops(writing, stopping);
            await lanes.Drain(DrainPatience);
            await cursor.Save();
        }
        finally
        {
            status.EndTerm();
            await lead.End();
            await lanes.Close();
            await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RunLoops(Task writing, CancellationToken stopping)
    {
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(lead.Over, stopping);
        Task[] loops =
        [
            feed.Run(reading.Token),
            wakes.Run(reading.Token),
            lanes.StoreWaiting(reading.Token),
            cursor.KeepSaved(reading.Token),
        ];
        var ended = await Task.WhenAny([.. loops, writing]);
        await reading.CancelAsync();
        await Task.WhenAll(loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!stopping.IsCancellationRequested)
            await ended;
    }
}
