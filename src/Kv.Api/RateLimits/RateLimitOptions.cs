namespace Kv.Api.RateLimits;

/// <summary>The rate limit of tenants. Each replica counts by itself: two replicas allow twice the rate.</summary>
/// <param name="PerSecond">The sustained rate, in requests per second; 1 to 1 000 000.</param>
/// <param name="Burst">
/// The burst: most requests at once after a pause; 1 to 1 000 000. Default: the requests of one second.
/// </param>
internal sealed record RateLimitOptions(int PerSecond, int Burst)
{
    /// <summary>The seconds, rounded up, until this many requests are allowed again.</summary>
    public int SecondsFor(long requests) => (int)Math.Ceiling((double)requests / PerSecond);
}
