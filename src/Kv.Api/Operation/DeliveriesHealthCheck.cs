using Kv.Domain.Deliveries;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Kv.Api.Operation;

/// <summary>
/// Tells what waits to be delivered, where this replica calls webhooks. It never fails: a receiver that is away is no reason to take a
/// replica out of the load balancer.
/// </summary>
internal sealed class DeliveriesHealthCheck(IDeliveryBacklog deliveries, TimeProvider time) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(deliveries.Current is { } backlog ? Tell(backlog) : HealthCheckResult.Healthy("This replica delivers nothing."));

    private HealthCheckResult Tell(DeliveryBacklog backlog)
    {
        var age = (long)backlog.Age(time.GetUtcNow()).TotalSeconds;
        return HealthCheckResult.Healthy(
            backlog.Waiting == 0 ? "No delivery waits." : $"Deliveries that wait: {backlog.Waiting}; the oldest is for a change of {age} s ago.",
            new Dictionary<string, object> { ["waiting"] = backlog.Waiting, ["oldestSeconds"] = age });
    }
}
