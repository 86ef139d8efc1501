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
            var answers = $"The store answers, at revision {revision}.";
            // Reads go on: whoever took every replica out for it would lose those as well.
            return await store.OutOfSpace(cancellationToken) is { } reason
                ? HealthCheckResult.Degraded($"{answers} {reason}")
                : HealthCheckResult.Healthy(answers);
        }
        catch (StoreException error)
        {
            return HealthCheckResult.Unhealthy(error.Message);
        }
    }
}
