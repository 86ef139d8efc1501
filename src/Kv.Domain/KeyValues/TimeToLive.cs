namespace Kv.Domain.KeyValues;

/// <summary>The requested time to live: a number of seconds, forever, or the deployment's default.</summary>
public readonly record struct TimeToLive
{
    private TimeToLive(long seconds, bool isNever) => (Seconds, IsNever) = (seconds, isNever);

    /// <summary>The deployment's default, which may be no expiry.</summary>
    public static TimeToLive Default => default;

    /// <summary>No expiry, regardless of the deployment's default.</summary>
    public static TimeToLive Never { get; } = new(0, isNever: true);

    /// <summary>The requested seconds; 0 for the default and for no expiry.</summary>
    public long Seconds { get; }

    /// <summary>Whether the key never expires.</summary>
    public bool IsNever { get; }

    /// <summary>A number of seconds; 0 is the default. <see cref="Limits"/> defines the valid range.</summary>
    public static TimeToLive FromSeconds(long seconds) => new(seconds, isNever: false);

    /// <summary>The effective seconds in a deployment; null for no expiry.</summary>
    public long? In(Limits limits) =>
        IsNever ? null
        : Seconds > 0 ? Seconds
        : limits.DefaultTtlSeconds > 0 ? limits.DefaultTtlSeconds
        : null;
}
