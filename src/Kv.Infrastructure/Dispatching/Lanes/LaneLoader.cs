using Kv.Domain.Webhooks;

namespace Kv.Infrastructure.Dispatching.Lanes;

/// <summary>
/// Reads the stored deliveries of a webhook into its lane's queue, in passes. A pass begins with the lowest id and
/// reads the store at one revision: it never shows a later step of another replica's writes without the earlier ones.
/// </summary>
/// <param name="hasAdded">Called when deliveries were added to the queue.</param>
internal sealed class LaneLoader(Webhook webhook, LaneQueue queue, LaneServices services, Action hasAdded)
{
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    private readonly int _pageSize = Math.Max(1, services.Options.LaneCapacity / 20);

    /// <summary>Begins a pass, if one is due.</summary>
    public void Load()
    {
        if (!services.IsDraining && queue.TryBeginPass())
            _ = Task.Run(Run);
    }

    private async Task Run()
    {
        try
        {
            await services.LoadingRoom.WaitAsync(services.TermOver);
            var isComplete = await TryPass();
            services.LoadingRoom.Release();
            if (!isComplete)
                await Task.Delay(AfterFailure, services.Time, services.TermOver);
            queue.EndPass(isRequested: !isComplete);
            hasAdded();
            Load();
        }
        catch (OperationCanceledException) when (services.TermOver.IsCancellationRequested)
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
                page = await services.Store.Pending(webhook, page, _pageSize, services.TermOver);
                var hasMore = queue.AddPage(page.Deliveries, page.Next is null, services.Clock.Now);
                hasAdded();
                if (!hasMore)
                    return true;
            }
        }
        catch (RevisionCompactedException)
        {
            return false;
        }
        catch (Exception error) when (!services.TermOver.IsCancellationRequested)
        {
            services.Telemetry.LogCannotLoad(webhook.Id, error.Message);
            return false;
        }
    }
}
