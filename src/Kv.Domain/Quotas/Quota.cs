namespace Kv.Domain.Quotas;

/// <summary>How much each tenant may have.</summary>
/// <param name="MaxKeys">How many keys; null for any number.</param>
/// <param name="MaxBytes">How many bytes in keys and values; null for any number.</param>
public sealed record Quota(long? MaxKeys, long? MaxBytes)
{
    /// <summary>Which limit a growth would break; null when it breaks none. What does not grow breaks none, however much there is.</summary>
    /// <param name="present">What there is.</param>
    /// <param name="growth">What is to be added to it.</param>
    public QuotaKind? Broken(Usage present, Usage growth) =>
        growth.Keys > 0 && present.Keys + growth.Keys > MaxKeys ? QuotaKind.Keys
        : growth.Bytes > 0 && present.Bytes + growth.Bytes > MaxBytes ? QuotaKind.Bytes
        : null;

    /// <summary>The limit of a kind; null for none.</summary>
    public long? Limit(QuotaKind kind) => kind == QuotaKind.Keys ? MaxKeys : MaxBytes;
}

/// <summary>What a quota limits.</summary>
public enum QuotaKind
{
    /// <summary>The number of keys.</summary>
    Keys,

    /// <summary>The bytes in keys and values.</summary>
    Bytes,
}
