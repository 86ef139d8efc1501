namespace Kv.Domain.KeyValues;

/// <summary>
/// When a key expires. The moment is a whole second of Unix time, so that it stays the same between reads and
/// keys that expire together can share what the store keeps for it.
/// </summary>
/// <param name="ExpireAt">The second, since the Unix epoch, from which on the key is gone.</param>
/// <param name="Ttl">Whole seconds that were left when this was made.</param>
public readonly record struct Expiry(long ExpireAt, long Ttl)
{
    /// <summary>
    /// The expiry of a key that is to live for <paramref name="ttlSeconds"/> from <paramref name="now"/>.
    /// The present is rounded up, so a key lives for its time to live or up to a second longer, never shorter.
    /// </summary>
    public static Expiry After(long ttlSeconds, DateTimeOffset now) => new(RoundUp(now) + ttlSeconds, ttlSeconds);

    /// <summary>The expiry of a key as it stands at <paramref name="now"/>.</summary>
    public static Expiry At(long expireAt, DateTimeOffset now) => new(expireAt, Math.Max(0, expireAt - RoundUp(now)));

    private static long RoundUp(DateTimeOffset now) =>
        now.ToUnixTimeSeconds() + (now.Ticks % TimeSpan.TicksPerSecond == 0 ? 0 : 1);
}
