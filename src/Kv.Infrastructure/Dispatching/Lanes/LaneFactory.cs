using Kv.Infrastructure.Deliveries;
using Microsoft.Extensions.DependencyInjection;

namespace Kv.Infrastructure.Dispatching.Lanes;

/// <summary>Builds the lanes of a term. Each part of a lane also gets the services that it uses.</summary>
internal sealed class LaneFactory(IServiceProvider term)
{
    /// <param name="mayHaveStored">Whether the store may have deliveries for it from earlier terms.</param>
    /// <param name="streak">The stored record of a webhook that has only failed for a while.</param>
    public Lane Create(Webhook webhook, bool mayHaveStored, FailureStreak? streak)
    {
        var queue = Part<LaneQueue>(mayHaveStored);
        var backlog = Part<LaneBacklog>(webhook, mayHaveStored);
        var storage = Part<LaneStorage>(webhook, queue, backlog);
        var failures = Part<WebhookFailures>();
        if (streak is not null)
            failures.Restore(streak);
        var pump = Part<LanePump>(webhook, queue, failures, Part<LaneWorker>(storage, failures));
        var loader = Part<LaneLoader>(webhook, queue, pump);
        pump.Advanced += loader.Load;
        loader.Load();
        return Part<Lane>(webhook, queue, backlog, storage, pump, loader);
    }

    private T Part<T>(params object[] known) => ActivatorUtilities.CreateInstance<T>(term, known);
}
