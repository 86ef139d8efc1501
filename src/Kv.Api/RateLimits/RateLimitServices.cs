using System.Globalization;
using Kv.Api.Errors;
using Kv.Api.Tenants;
using Microsoft.AspNetCore.RateLimiting;

namespace Kv.Api.RateLimits;

/// <summary>Limits the requests of each tenant, so that one tenant's flood does not affect the others.</summary>
internal static class RateLimitServices
{
    /// <param name="rate">The limit; null adds nothing.</param>
    /// <param name="limits">The limits of tenants' names.</param>
    public static IServiceCollection AddRateLimits(
        this IServiceCollection services, RateLimitOptions? rate, Limits limits)
    {
        if (rate is null)
            return services;
        services.AddSingleton(rate);
        services.AddSingleton(
            provider => new TenantBuckets(rate, provider.GetRequiredService<TenantHeaders>(), limits));
        services.AddRateLimiter(_ => { });
        services.AddOptions<RateLimiterOptions>().Configure<TenantBuckets>((limiter, buckets) =>
        {
            limiter.GlobalLimiter = buckets.Limiter;
            limiter.OnRejected = (rejected, _) => Reject(rejected.HttpContext, rate);
        });
        return services;
    }

    /// <summary>Must run before access control, so that requests with invalid credentials count.</summary>
    /// <param name="perSecond">Most requests per second of an address; null for no limit.</param>
    public static WebApplication UseAddressLimit(this WebApplication app, int? perSecond)
    {
        if (perSecond is not { } most)
            return app;
        var limit = new AddressLimit(most);
        app.Lifetime.ApplicationStopped.Register(limit.Dispose);
        app.Use(limit.Invoke);
        return app;
    }

    /// <summary>Must run after routing: only requests to controllers count.</summary>
    public static WebApplication UseRateLimits(this WebApplication app, RateLimitOptions? rate)
    {
        if (rate is null)
            return app;
        app.UseMiddleware<RateLimitHeaders>();
        app.UseRateLimiter();
        return app;
    }

    private static async ValueTask Reject(HttpContext context, RateLimitOptions rate)
    {
        context.Response.Headers.RetryAfter = rate.SecondsFor(1).ToString(CultureInfo.InvariantCulture);
        var problem = Problems.Create(
            StatusCodes.Status429TooManyRequests, Problems.TooManyRequests,
            $"This namespace and app may make {rate.PerSecond} requests per second, "
            + $"and {rate.Burst} at once; nothing was done.");
        await problem.WriteTo(context);
    }
}
