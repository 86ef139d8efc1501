namespace Kv.Api.Json;

/// <summary>The limit of a request's body.</summary>
internal static class BodyLimits
{
    /// <summary>The largest body for one key with its value.</summary>
    // JSON can escape a byte of the value to six ("\u0041") and a character of the key to twelve (a surrogate pair).
    // The rest is for the other members.
    public static long MaxBodyBytes(this Limits limits) => 6L * limits.MaxValueBytes + 12L * limits.MaxKeyLength + 4096;
}
