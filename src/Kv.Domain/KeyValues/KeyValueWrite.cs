namespace Kv.Domain.KeyValues;

/// <summary>Options for setting a key.</summary>
/// <param name="TtlSeconds">
/// The time to live, in seconds; null for no expiry. It replaces an earlier time to live.
/// </param>
/// <param name="ContentType">The media type of the value; null for none. It replaces an earlier media type.</param>
/// <param name="ExpireAt">The expiry, in Unix seconds; when it is set, <c>TtlSeconds</c> is ignored.</param>
public readonly record struct SetOptions(
    long? TtlSeconds, string? ContentType = null, Precondition Condition = default, long? ExpireAt = null)
{
    /// <summary>The expiry of a key that is set now; null for no expiry.</summary>
    public Expiry? ExpiryFrom(DateTimeOffset now) =>
        ExpireAt is { } second ? Expiry.At(second, now)
        : TtlSeconds is { } seconds ? Expiry.After(seconds, now)
        : null;
}

/// <summary>The result of a write.</summary>
/// <param name="IsApplied">Whether the condition held. Otherwise nothing was written.</param>
/// <param name="Revision">The revision of the write, or the present revision when nothing was written.</param>
/// <param name="FoundRevision">
/// When the condition failed, the revision of the key's last write; 0 when the key does not exist.
/// </param>
/// <param name="KeyValue">The key as written; null for a deletion, or when nothing was written.</param>
public sealed record KeyValueWrite(bool IsApplied, long Revision, long FoundRevision = 0, KeyValue? KeyValue = null);
