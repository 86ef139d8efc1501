namespace Kv.Domain.Idempotency;

/// <summary>
/// A request that its caller may repeat under a name of its own: it is done once, and answered alike each time (the IETF's
/// draft-ietf-httpapi-idempotency-key-header).
/// </summary>
/// <param name="Key">The name; unique within the tenant for a day.</param>
/// <param name="Fingerprint">A hash of what is asked: another request under the same name is a mistake.</param>
public sealed record IdempotentRequest(string Key, ReadOnlyMemory<byte> Fingerprint)
{
    /// <summary>The longest name, in characters.</summary>
    public const int MaxKeyLength = 255;

    /// <summary>How long a request is remembered, at least.</summary>
    public static readonly TimeSpan Retention = TimeSpan.FromDays(1);
}

/// <summary>The name of an idempotent request was used for another request before.</summary>
public sealed class IdempotencyKeyReusedException() : Exception("The Idempotency-Key was used for another request before.");
