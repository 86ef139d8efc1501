namespace Kv.Domain.Quotas;

/// <summary>The quota of each tenant.</summary>
/// <param name="MaxKeys">Most keys; null for no limit.</param>
/// <param name="MaxBytes">Most bytes in keys and values; null for no limit.</param>
public sealed record Quota(long? MaxKeys, long? MaxBytes)
{
    /// <summary>
    /// The limit that a growth would exceed; null when it exceeds none. A write without growth is allowed even above
    /// the limit.
    /// </summary>
    public QuotaKind? ExceededBy(Usage present, Usage growth) =>
        growth.Keys > 0 && present.Keys + growth.Keys > MaxKeys ? QuotaKind.Keys
        : growth.Bytes > 0 && present.Bytes + growth.Bytes > MaxBytes ? QuotaKind.Bytes
        : null;

    /// <summary>The limit of a kind; null for no limit.</summary>
    public long? Limit(QuotaKind kind) => kind switch
    {
        QuotaKind.Keys => MaxKeys,
        QuotaKind.Bytes => MaxBytes,
    };
}

/// <summary>The kinds of limit in a quota.</summary>
public enum QuotaKind
{
    /// <summary>The number of keys.</summary>
    Keys,

    /// <summary>The bytes in keys and values.</summary>
    Bytes,
}
