using System.Globalization;

namespace Kv.Api.RateLimits;

/// <summary>
/// Adds the tenant's remaining requests to every answer, by the fields <c>RateLimit</c> and
/// <c>RateLimit-Policy</c> (draft-ietf-httpapi-ratelimit-headers, version 10).
/// </summary>
internal sealed class RateLimitHeaders(RequestDelegate next, TenantBuckets buckets, RateLimitOptions options)
{
    public const string Limit = "RateLimit";
    public const string Policy = "RateLimit-Policy";

    private readonly string _policy = string.Create(
        CultureInfo.InvariantCulture, $"\"tenant\";q={options.Burst};w={options.Window}");

    public Task Invoke(HttpContext context)
    {
        // Set the headers when the response starts: an error clears headers that were set earlier.
        if (buckets.Count(context))
            context.Response.OnStarting(Write, context);
        return next(context);
    }

    private Task Write(object state)
    {
        var context = (HttpContext)state;
        var left = buckets.Limiter.GetStatistics(context)?.CurrentAvailablePermits ?? 0;
        // The time until the bucket is full; for a 429, the time until the next request, as in Retry-After.
        var seconds = context.Response.StatusCode == StatusCodes.Status429TooManyRequests
            ? options.SecondsFor(1)
            : options.SecondsFor(options.Burst - left);
        context.Response.Headers[Policy] = _policy;
        context.Response.Headers[Limit] = string.Create(
            CultureInfo.InvariantCulture, $"\"tenant\";r={left};t={seconds}");
        return Task.CompletedTask;
    }
}
