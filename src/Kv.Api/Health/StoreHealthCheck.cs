using Kv.Domain.Storage;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Kv.Api.Health;

/// <summary>
/// Checks whether the store can serve requests, and reports its space and known faults of its version.
/// </summary>
internal sealed class StoreHealthCheck(IStoreProbe store) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var revision = await store.CurrentRevision(cancellationToken);
            return Describe(revision, await store.State(cancellationToken));
        }
        catch (StoreException error)
        {
            return HealthCheckResult.Unhealthy(error.Message);
        }
    }

    private static HealthCheckResult Describe(long revision, StoreState? state)
    {
        var detail = $"The store answers, at revision {revision}.";
        var data = new Dictionary<string, object> { ["revision"] = revision };
        if (state?.Used is { } used)
            data["usedBytes"] = used;
        if (state?.Left is { } left)
            data["leftBytes"] = left;
        if (state is { KnownFaults: { Count: > 0 } faults })
        {
            data["knownFaults"] = faults;
            detail = $"{detail} {string.Join(' ', faults)}";
        }
        // Reads still work: report degraded, so that the load balancer keeps the replicas.
        return state?.Refusal is { } refusal
            ? HealthCheckResult.Degraded($"{detail} {refusal}", data: data)
            : HealthCheckResult.Healthy(detail, data);
    }
}
