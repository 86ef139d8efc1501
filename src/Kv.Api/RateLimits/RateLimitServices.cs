using System.Globalization;
using Kv.Api.Errors;
using Kv.Api.Tenants;
using Kv.Domain;
using Microsoft.AspNetCore.RateLimiting;

namespace Kv.Api.RateLimits;

/// <summary>Limits how many requests a tenant may make, so that one tenant's flood leaves room for the others.</summary>
internal static class RateLimitServices
{
    /// <param name="services">Where it is added.</param>
    /// <param name="rate">The limit; null for none, and for nothing to be added.</param>
    /// <param name="limits">The limits of tenants' names.</param>
    public static IServiceCollection AddRateLimits(this IServiceCollection services, RateLimitOptions? rate, Limits limits)
    {
        if (rate is null)
            return services;
        services.AddSingleton(rate);
        services.AddSingleton(provider => new TenantBuckets(rate, provider.GetRequiredService<TenantHeaders>(), limits));
        services.AddRateLimiter(_ => { });
        services.AddOptions<RateLimiterOptions>().Configure<TenantBuckets>((limiter, buckets) =>
        {
            limiter.GlobalLimiter = buckets.Limiter;
            limiter.OnRejected = (rejected, _) => Reject(rejected.HttpContext, rate);
        });
        return services;
    }

    /// <summary>Comes behind routing, which tells the requests that count.</summary>
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
        var problem = Problems.Of(
            StatusCodes.Status429TooManyRequests, Problems.TooManyRequests,
            $"This namespace and app may make {rate.PerSecond} requests per second, and {rate.Burst} at once; nothing was done.");
        await problem.WriteTo(context);
    }
}
