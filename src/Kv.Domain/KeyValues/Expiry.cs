namespace Kv.Domain.KeyValues;

/// <summary>
/// The expiry of a key. It is a whole Unix second, so it stays the same between reads, and keys that expire in the same
/// second can share a lease.
/// </summary>
/// <param name="ExpireAt">The Unix second from which on the key no longer exists.</param>
/// <param name="Ttl">
/// The remaining whole seconds: at most the time to live that was set, and at least 1, because a client that sends 0
/// back would ask for the deployment's default.
/// </param>
public readonly record struct Expiry(long ExpireAt, long Ttl)
{
    /// <summary>
    /// The expiry of a key that is written at <paramref name="now"/>. The time is rounded up, so a key lives for its
    /// time to live or up to a second longer, never shorter.
    /// </summary>
    public static Expiry After(long ttlSeconds, DateTimeOffset now) => new(RoundUp(now) + ttlSeconds, ttlSeconds);

    /// <summary>The expiry of a key that is read at <paramref name="now"/>.</summary>
    public static Expiry At(long expireAt, DateTimeOffset now) => new(expireAt, Math.Max(1, expireAt - RoundUp(now)));

    /// <summary>The expiry of a key that was read at an unknown moment within a Unix second.</summary>
    public static Expiry Within(long expireAt, long second) => new(expireAt, Math.Max(1, expireAt - (second + 1)));

    private static long RoundUp(DateTimeOffset now) =>
        now.ToUnixTimeSeconds() + (now.Ticks % TimeSpan.TicksPerSecond == 0 ? 0 : 1);
}
