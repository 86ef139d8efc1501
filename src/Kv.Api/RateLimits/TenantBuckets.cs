using System.Threading.RateLimiting;
using Kv.Api.Tenants;
using Kv.Domain;
using Microsoft.AspNetCore.Mvc.Controllers;

namespace Kv.Api.RateLimits;

/// <summary>
/// A bucket of tokens for each tenant. One that has been full for ten seconds is forgotten, so the tenants of the last seconds
/// are all that is kept.
/// </summary>
internal sealed class TenantBuckets : IDisposable
{
    private static readonly LimitedTenant Nobody = new(null, null);
    private static readonly LimitedTenant Refused = new("", "");

    private readonly TenantHeaders _tenants;
    private readonly Limits _limits;

    public TenantBuckets(RateLimitOptions options, TenantHeaders tenants, Limits limits)
    {
        (_tenants, _limits) = (tenants, limits);
        Limiter = PartitionedRateLimiter.Create<HttpContext, LimitedTenant>(context => context.Features.Get<LimitedTenant>() is { } tenant
            ? RateLimitPartition.GetTokenBucketLimiter(tenant, _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = options.Burst,
                TokensPerPeriod = options.PerSecond,
                ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                QueueLimit = 0,
            })
            : RateLimitPartition.GetNoLimiter(Nobody));
    }

    public PartitionedRateLimiter<HttpContext> Limiter { get; }

    /// <summary>
    /// Makes a request count, if it is one of the API's; those of health, metrics and the documents are not. Whether it is must be told
    /// before it is handled: an error takes off what routing found.
    /// </summary>
    /// <returns>Whether it counts.</returns>
    /// <exception cref="FluentValidation.ValidationException">A tenant's header is there twice.</exception>
    public bool Count(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<ControllerActionDescriptor>() is null)
            return false;
        var (space, app) = _tenants.Read(context.Request);
        // All whose names are refused by their length are one tenant, as there is no end of them. A character has two UTF-16
        // units at most.
        context.Features.Set(space.Length > 2 * _limits.MaxNamespaceLength || app.Length > 2 * _limits.MaxAppNameLength
            ? Refused
            : new LimitedTenant(space, app));
        return true;
    }

    public void Dispose() => Limiter.Dispose();

    private sealed record LimitedTenant(string? Namespace, string? AppName);
}
