namespace Kv.Domain.Idempotency;

/// <summary>
/// A request that its caller may repeat under the same idempotency key: Kv executes it once and sends the same answer
/// each time (IETF draft-ietf-httpapi-idempotency-key-header).
/// </summary>
/// <param name="Key">The idempotency key; unique within the tenant for a day.</param>
/// <param name="Fingerprint">A hash of the request. A different request under the same key is an error.</param>
public sealed record IdempotentRequest(string Key, ReadOnlyMemory<byte> Fingerprint)
{
    /// <summary>The longest key, in characters.</summary>
    public const int MaxKeyLength = 255;

    /// <summary>The minimum time for which a request is remembered.</summary>
    public static readonly TimeSpan Retention = TimeSpan.FromDays(1);
}

/// <summary>The idempotency key was used for a different request before.</summary>
public sealed class IdempotencyKeyReusedException()
    : Exception("The Idempotency-Key was used for another request before.");
