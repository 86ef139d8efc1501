using Kv.Domain.Storage;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Kv.Api.Operation;

/// <summary>Whether the store can serve requests.</summary>
internal sealed class StoreHealthCheck(IStoreProbe store) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var revision = await store.CurrentRevision(cancellationToken);
            return HealthCheckResult.Healthy($"The store answers, at revision {revision}.");
        }
        catch (StoreException error)
        {
            return HealthCheckResult.Unhealthy(error.Message);
        }
    }
}
