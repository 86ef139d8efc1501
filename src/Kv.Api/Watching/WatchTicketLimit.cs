using System.Threading.RateLimiting;
using Kv.Api.Tenants;

namespace Kv.Api.Watching;

/// <summary>
/// Limits how many watch tickets a tenant may have issued. Each is an entry in the store, beyond the tenant's quota,
/// and callers that may only read can ask for one.
/// </summary>
public sealed class WatchTicketLimit : IDisposable
{
    internal const int AtOnce = 100;
    internal const int PerSecond = 10;

    private readonly PartitionedRateLimiter<HttpRequest> _tickets;

    internal WatchTicketLimit(TenantHeaders tenants) =>
        _tickets = PartitionedRateLimiter.Create<HttpRequest, (string, string)>(
            request => RateLimitPartition.GetTokenBucketLimiter(
                tenants.Read(request),
                _ => new TokenBucketRateLimiterOptions
                {
                    TokenLimit = AtOnce,
                    TokensPerPeriod = PerSecond,
                    ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                    QueueLimit = 0,
                }));

    /// <summary>Takes a ticket of the tenant, unless all are taken.</summary>
    internal bool TryTake(HttpRequest request)
    {
        using var lease = _tickets.AttemptAcquire(request);
        return lease.IsAcquired;
    }

    /// <inheritdoc/>
    public void Dispose() => _tickets.Dispose();
}
