using System.Globalization;
using Kv.Domain.Watching;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Kv.Api.Health;

/// <summary>
/// Reports whether this replica leads, and its progress. It never fails, because requests can be served in any case.
/// </summary>
internal sealed class WatcherHealthCheck(IWatcherStatus watcher) : IHealthCheck
{
    // Larger than the difference of clocks that NTP synchronizes.
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(2);

    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var data = new Dictionary<string, object> { ["leading"] = watcher.IsLeader };
        if (watcher.IsLeader)
            data["settledRevision"] = watcher.SettledRevision;
        if (watcher.Lag is { } lag)
            (data["lagRevisions"], data["lagSeconds"]) = (lag.Revisions, Math.Round(lag.Time.TotalSeconds, 3));
        if (watcher.ClockDifference is { } known)
            data["clockDifferenceSeconds"] = Math.Round(known.TotalSeconds, 3);
        var detail = watcher.IsLeader
            ? $"This replica calls webhooks, and has settled all changes through revision {watcher.SettledRevision}."
            : "This replica calls no webhooks: another replica leads, or there is no leader yet.";
        if (watcher.ClockDifference is { } difference && difference.Duration() >= Tolerance)
            return Task.FromResult(HealthCheckResult.Degraded(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{detail} This replica's clock is {difference.Duration().TotalSeconds:0.#} s or more "
                    + $"{(difference > TimeSpan.Zero ? "ahead of" : "behind")} the leader's: "
                    + $"keys expire at different times. Synchronize the clocks."),
                data: data));
        return Task.FromResult(watcher.Lost is { } lost
            ? HealthCheckResult.Degraded(
                $"{detail} The store compacted the changes after revision {lost.After} through {lost.Through} before "
                + $"they were read (noticed at {lost.NoticedAt.UtcDateTime:u}): deletions and earlier states are lost.",
                data: data)
            : HealthCheckResult.Healthy(detail, data));
    }
}
