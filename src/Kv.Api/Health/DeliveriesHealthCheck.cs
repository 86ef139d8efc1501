using Kv.Domain.Deliveries;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Kv.Api.Health;

/// <summary>
/// Reports the backlog of deliveries on the leader. It never fails: an unavailable receiver is no reason to remove a
/// replica from the load balancer.
/// </summary>
internal sealed class DeliveriesHealthCheck(IDeliveryBacklog deliveries, TimeProvider time) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(deliveries.Current is { } backlog
            ? Describe(backlog)
            : HealthCheckResult.Healthy("This replica delivers nothing."));

    private HealthCheckResult Describe(DeliveryBacklog backlog)
    {
        var age = (long)backlog.Age(time.GetUtcNow()).TotalSeconds;
        var detail = backlog switch
        {
            { Waiting: 0, MoreStored: false } => "No delivery waits.",
            { Waiting: 0 } => "Deliveries may wait in the store; they are not read yet.",
            { MoreStored: false } =>
                $"Deliveries that wait: {backlog.Waiting}; the oldest is for a change of {age} s ago.",
            _ => $"Deliveries that wait: {backlog.Waiting} in memory, "
                + $"the oldest for a change of {age} s ago; more may wait in the store.",
        };
        return HealthCheckResult.Healthy(detail, new Dictionary<string, object>
        {
            ["waiting"] = backlog.Waiting,
            ["oldestSeconds"] = age,
            ["moreStored"] = backlog.MoreStored,
        });
    }
}
