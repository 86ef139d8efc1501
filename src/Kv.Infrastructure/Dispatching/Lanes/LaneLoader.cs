namespace Kv.Infrastructure.Dispatching.Lanes;

/// <summary>
/// Reads the stored deliveries of a webhook into its lane's queue, in passes. A pass begins with the lowest id and
/// reads the store at one revision: it never shows a later step of another replica's writes without the earlier ones.
/// </summary>
internal sealed class LaneLoader(
    Webhook webhook, LaneQueue queue, LanePump pump, DeliveryStore store, LaneLimits limits, Lead lead,
    DeliveryTelemetry telemetry, TimeProvider time)
{
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    /// <summary>Begins a pass, if one is due.</summary>
    public void Load()
    {
        if (queue.TryBeginPass())
            _ = Task.Run(Run);
    }

    private async Task Run()
    {
        try
        {
            await limits.Loading.WaitAsync(lead.Over);
            var isComplete = await TryPass();
            limits.Loading.Release();
            if (!isComplete)
                await Task.Delay(AfterFailure, time, lead.Over);
            queue.EndPass(isRequested: !isComplete);
            pump.Run();
            Load();
        }
        catch (OperationCanceledException) when (lead.Over.IsCancellationRequested)
        {
            // The next leader reads the stored deliveries.
        }
    }

    private async Task<bool> TryPass()
    {
        try
        {
            for (PendingPage? page = null; ;)
            {
                page = await store.Pending(webhook, page, queue.PageSize);
                var hasMore = queue.AddPage(page.Deliveries, page.Next is null);
                pump.Run();
                if (!hasMore)
                    return true;
            }
        }
        catch (RevisionCompactedException)
        {
            return false;
        }
        catch (Exception error) when (!lead.Over.IsCancellationRequested)
        {
            telemetry.LogCannotLoad(webhook.Id, error.Message);
            return false;
        }
    }
}
