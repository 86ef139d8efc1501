using Kv.Domain.Quotas;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Kv.Api.Health;

/// <summary>
/// Checks whether the tenants' usage is counted. Before that, writes are not checked against quotas, so a new replica
/// is not ready. A replica that has counted once stays ready.
/// </summary>
internal sealed class QuotaHealthCheck(ITenantUsages usages) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(usages.State switch
        {
            UsageState.Following => HealthCheckResult.Healthy(
                $"The tenants' usage is counted through revision {usages.Revision}."),
            UsageState.Interrupted => HealthCheckResult.Degraded(
                $"The tenants' usage is known as of revision {usages.Revision}; "
                + $"the change feed is interrupted, or the keys are being counted again."),
            UsageState.Counting => HealthCheckResult.Unhealthy("The tenants' keys are being counted for their quotas."),
        });
}
