namespace Kv.Api.RateLimits;

/// <summary>How many requests a tenant may make. It is this replica's count: two of them let twice as many through.</summary>
internal sealed record RateLimitOptions
{
    /// <summary>Requests per second, in the long run; 1 to 1 000 000.</summary>
    public required int PerSecond { get; init; }

    /// <summary>Requests at once, after a rest; 1 to 1 000 000. Default as many as in a second.</summary>
    public required int Burst { get; init; }

    /// <summary>Seconds in which a bucket that is empty is full again.</summary>
    public int Window => SecondsFor(Burst);

    /// <summary>Seconds, rounded up, in which so many requests become free.</summary>
    public int SecondsFor(long requests) => (int)Math.Ceiling((double)requests / PerSecond);
}
