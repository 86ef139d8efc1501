using Kv.Domain.Storage;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Kv.Api.Operation;

/// <summary>Whether the store can serve requests, and what room it has.</summary>
internal sealed class StoreHealthCheck(IStoreProbe store) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var revision = await store.CurrentRevision(cancellationToken);
            return Tell(revision, await store.Space(cancellationToken));
        }
        catch (StoreException error)
        {
            return HealthCheckResult.Unhealthy(error.Message);
        }
    }

    private static HealthCheckResult Tell(long revision, StoreSpace? space)
    {
        var detail = $"The store answers, at revision {revision}.";
        var data = new Dictionary<string, object> { ["revision"] = revision };
        if (space?.Used is { } used)
            data["usedBytes"] = used;
        if (space?.Left is { } left)
            data["leftBytes"] = left;
        // Reads go on: whoever took every replica out for it would lose those as well.
        return space?.Refusal is { } refusal
            ? HealthCheckResult.Degraded($"{detail} {refusal}", data: data)
            : HealthCheckResult.Healthy(detail, data);
    }
}
