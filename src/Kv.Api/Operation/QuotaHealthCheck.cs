using Kv.Domain.Quotas;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Kv.Api.Operation;

/// <summary>
/// Whether what tenants have is counted. Until it is no write is refused, so a replica that has just started takes no requests yet where
/// others can; one that has counted once stays ready.
/// </summary>
internal sealed class QuotaHealthCheck(ITenantUsages usages) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(usages.State switch
        {
            UsageState.Following => HealthCheckResult.Healthy(
                $"What tenants have is counted through revision {usages.Revision}."),
            UsageState.Interrupted => HealthCheckResult.Degraded(
                $"What tenants have is known as of revision {usages.Revision}; later changes do not come just now, or are counted again."),
            _ => HealthCheckResult.Unhealthy("The tenants' keys are being counted for their quotas."),
        });
}
