using System.Threading.RateLimiting;
using Kv.Api.Http;
using Kv.Api.Tenants;

namespace Kv.Api.RateLimits;

/// <summary>
/// A token bucket for each tenant. A bucket that has been full for ten seconds is removed, so only the recent tenants
/// take memory.
/// </summary>
internal sealed class TenantBuckets : IDisposable
{
    private static readonly LimitedTenant Uncounted = new(null, null);
    private static readonly LimitedTenant TooLong = new("", "");

    private readonly TenantHeaders _tenants;
    private readonly Limits _limits;

    public TenantBuckets(RateLimitOptions options, TenantHeaders tenants, Limits limits)
    {
        (_tenants, _limits) = (tenants, limits);
        Limiter = PartitionedRateLimiter.Create<HttpContext, LimitedTenant>(
            context => context.Features.Get<LimitedTenant>() is { } tenant
            ? RateLimitPartition.GetTokenBucketLimiter(tenant, _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = options.Burst,
                TokensPerPeriod = options.PerSecond,
                ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                QueueLimit = 0,
            })
            : RateLimitPartition.GetNoLimiter(Uncounted));
    }

    public PartitionedRateLimiter<HttpContext> Limiter { get; }

    /// <summary>
    /// Marks a request of the API as counted; requests for health, metrics and documents are not. This must happen
    /// before the request is handled, because an error clears the result of routing.
    /// </summary>
    /// <returns>Whether the request counts.</returns>
    /// <exception cref="FluentValidation.ValidationException">A tenant header occurs more than once.</exception>
    public bool Count(HttpContext context)
    {
        if (!context.IsApiCall())
            return false;
        var (space, app) = _tenants.Read(context.Request);
        // Requests with too long names share one bucket, because the number of such names is unlimited. A character has
        // at most two UTF-16 units.
        context.Features.Set(space.Length > 2 * _limits.MaxNamespaceLength || app.Length > 2 * _limits.MaxAppNameLength
            ? TooLong
            : new LimitedTenant(space, app));
        return true;
    }

    public void Dispose() => Limiter.Dispose();

    private sealed record LimitedTenant(string? Namespace, string? AppName);
}
