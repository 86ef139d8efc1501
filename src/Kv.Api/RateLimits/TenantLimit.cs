using System.Globalization;
using System.Threading.RateLimiting;
using Kv.Api.Errors;
using Kv.Api.Http;
using Kv.Api.Tenants;

namespace Kv.Api.RateLimits;

/// <summary>
/// Limits the requests of each tenant, so that one tenant's flood does not affect the others. Adds the tenant's
/// remaining requests to every answer, by the fields <c>RateLimit</c> and <c>RateLimit-Policy</c>
/// (draft-ietf-httpapi-ratelimit-headers, version 10).
/// </summary>
internal sealed class TenantLimit(RateLimitOptions rate, TenantHeaders tenants, Limits limits) : IDisposable
{
    public const string Limit = "RateLimit";
    public const string Policy = "RateLimit-Policy";

    private readonly PartitionedRateLimiter<(string Namespace, string AppName)> _buckets =
        TokenBuckets.Create<(string Namespace, string AppName)>(rate.Burst, rate.PerSecond);

    private readonly string _policy = string.Create(
        CultureInfo.InvariantCulture, $"\"tenant\";q={rate.Burst};w={rate.SecondsFor(rate.Burst)}");

    /// <summary>Middleware after routing: only requests to controllers count.</summary>
    public Task Invoke(HttpContext context, RequestDelegate next)
    {
        if (!context.IsApiCall())
            return next(context);
        var tenant = Counted(tenants.Read(context.Request));
        // Set the headers when the response starts: an error clears headers that were set earlier.
        context.Response.OnStarting(() => Write(context.Response, tenant));
        using var lease = _buckets.AttemptAcquire(tenant);
        return lease.IsAcquired ? next(context) : TokenBuckets.Refusal(
            context.Response, rate.SecondsFor(1),
            $"This namespace and app may make {rate.PerSecond} requests per second, "
            + $"and {rate.Burst} at once; nothing was done.").WriteTo(context);
    }

    public void Dispose() => _buckets.Dispose();

    // Requests with too long names share one bucket, because the number of such names is unlimited. A character has at
    // most two UTF-16 units.
    private (string Namespace, string AppName) Counted((string Namespace, string AppName) tenant) =>
        tenant.Namespace.Length > 2 * limits.MaxNamespaceLength || tenant.AppName.Length > 2 * limits.MaxAppNameLength
            ? ("", "")
            : tenant;

    private Task Write(HttpResponse response, (string Namespace, string AppName) tenant)
    {
        var left = _buckets.GetStatistics(tenant)?.CurrentAvailablePermits ?? 0;
        // The time until the bucket is full; for a 429, the time until the next request, as in Retry-After.
        var seconds = response.StatusCode == StatusCodes.Status429TooManyRequests
            ? rate.SecondsFor(1)
            : rate.SecondsFor(rate.Burst - left);
        response.Headers[Policy] = _policy;
        response.Headers[Limit] = string.Create(CultureInfo.InvariantCulture, $"\"tenant\";r={left};t={seconds}");
        return Task.CompletedTask;
    }
}
