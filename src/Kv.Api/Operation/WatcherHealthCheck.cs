using Kv.Domain.Watching;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Kv.Api.Operation;

/// <summary>
/// Tells whether this replica watches for changes, and how far it has come. Whatever it tells, requests can be served: it
/// never takes a replica out of the load balancer.
/// </summary>
internal sealed class WatcherHealthCheck(IWatcherStatus watcher) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var data = new Dictionary<string, object> { ["leading"] = watcher.IsLeader };
        if (watcher.IsLeader)
            data["settledRevision"] = watcher.SettledRevision;
        if (watcher.Lag is { } lag)
            (data["lagRevisions"], data["lagSeconds"]) = (lag.Revisions, Math.Round(lag.Time.TotalSeconds, 3));
        var detail = watcher.IsLeader
            ? $"This replica calls webhooks, and has settled all changes through revision {watcher.SettledRevision}."
            : "Another replica calls webhooks, or none yet.";
        return Task.FromResult(watcher.Lost is { } lost
            ? HealthCheckResult.Degraded(
                $"{detail} The store forgot the changes after revision {lost.After} and through {lost.Through} before they "
                + $"were read, as was noticed at {lost.NoticedAt.UtcDateTime:u}: deletions and states in between are lost.", data: data)
            : HealthCheckResult.Healthy(detail, data));
    }
}
