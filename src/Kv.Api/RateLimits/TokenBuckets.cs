using System.Globalization;
using System.Threading.RateLimiting;
using Kv.Api.Errors;

namespace Kv.Api.RateLimits;

/// <summary>
/// Token buckets, one for each caller. A bucket that has been full for ten seconds is removed, so only the recent
/// callers take memory.
/// </summary>
internal static class TokenBuckets
{
    /// <param name="most">The size of a bucket.</param>
    public static PartitionedRateLimiter<TCaller> Create<TCaller>(int most, int perSecond)
        where TCaller : notnull => PartitionedRateLimiter.Create<TCaller, TCaller>(
        caller => RateLimitPartition.GetTokenBucketLimiter(caller, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = most,
            TokensPerPeriod = perSecond,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            QueueLimit = 0,
        }));

    /// <summary>The answer to a request beyond the limit.</summary>
    public static ProblemDetails Refusal(HttpResponse response, int retryAfterSeconds, string detail)
    {
        response.Headers.RetryAfter = retryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        return Problems.Create(StatusCodes.Status429TooManyRequests, Problems.TooManyRequests, detail);
    }
}
