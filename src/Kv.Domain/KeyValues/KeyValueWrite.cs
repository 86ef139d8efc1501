namespace Kv.Domain.KeyValues;

/// <summary>How a key is to be set.</summary>
/// <param name="TtlSeconds">How long it lives, in seconds; null for ever. An earlier time to live does not outlast the write.</param>
/// <param name="ContentType">The media type of the value; null for none. An earlier one does not outlast the write.</param>
/// <param name="Condition">What must hold for it to be set.</param>
/// <param name="ExpireAt">The second of Unix time at which it expires, where that is known; then the time to live does not count.</param>
public readonly record struct SetOptions(
    long? TtlSeconds, string? ContentType = null, Precondition Condition = default, long? ExpireAt = null)
{
    /// <summary>When a key that is set now expires; null for never.</summary>
    public Expiry? ExpiryFrom(DateTimeOffset now) =>
        ExpireAt is { } second ? Expiry.At(second, now)
        : TtlSeconds is { } seconds ? Expiry.After(seconds, now)
        : null;
}

/// <summary>What became of a write.</summary>
/// <param name="IsApplied">Whether its condition held. If not, nothing was written.</param>
/// <param name="Revision">The revision of the store that it took; where nothing was written, the present one.</param>
/// <param name="FoundRevision">Where the condition did not hold, the revision at which the key was last written; 0 when there is none.</param>
/// <param name="KeyValue">The key as it was written; null where nothing was, or where it was deleted.</param>
public sealed record KeyValueWrite(bool IsApplied, long Revision, long FoundRevision = 0, KeyValue? KeyValue = null);
