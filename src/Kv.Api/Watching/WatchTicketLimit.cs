using System.Threading.RateLimiting;
using Kv.Api.RateLimits;
using Kv.Api.Tenants;

namespace Kv.Api.Watching;

/// <summary>
/// Limits how many watch tickets a tenant may have issued. Each is an entry in the store, beyond the tenant's quota,
/// and callers that may only read can ask for one.
/// </summary>
public sealed class WatchTicketLimit(TenantHeaders tenants) : IDisposable
{
    internal const int AtOnce = 100;
    internal const int PerSecond = 10;

    private readonly PartitionedRateLimiter<(string Namespace, string AppName)> _tickets =
        TokenBuckets.Create<(string Namespace, string AppName)>(AtOnce, PerSecond);

    /// <summary>Takes a ticket of the tenant, unless all are taken.</summary>
    internal bool TryTake(HttpRequest request)
    {
        using var lease = _tickets.AttemptAcquire(tenants.Read(request));
        return lease.IsAcquired;
    }

    /// <inheritdoc/>
    public void Dispose() => _tickets.Dispose();
}
