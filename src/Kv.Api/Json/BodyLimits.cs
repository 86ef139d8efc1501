using Kv.Domain;

namespace Kv.Api.Json;

/// <summary>How large a body may be.</summary>
internal static class BodyLimits
{
    /// <summary>The most that one key with its value can need.</summary>
    // JSON may spell a byte of text with six ("\u0041"), and there is the key, in pairs of such, and the rest.
    public static long MaxBodyBytes(this Limits limits) => 6L * limits.MaxValueBytes + 12L * limits.MaxKeyLength + 4096;
}
