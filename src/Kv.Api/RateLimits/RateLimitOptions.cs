namespace Kv.Api.RateLimits;

/// <summary>The rate limit of tenants. Each replica counts by itself: two replicas allow twice the rate.</summary>
internal sealed record RateLimitOptions
{
    /// <summary>The sustained rate, in requests per second; 1 to 1 000 000.</summary>
    public required int PerSecond { get; init; }

    /// <summary>
    /// The burst: most requests at once after a pause; 1 to 1 000 000. Default: the requests of one second.
    /// </summary>
    public required int Burst { get; init; }

    /// <summary>The seconds, rounded up, until this many requests are allowed again.</summary>
    public int SecondsFor(long requests) => (int)Math.Ceiling((double)requests / PerSecond);
}
