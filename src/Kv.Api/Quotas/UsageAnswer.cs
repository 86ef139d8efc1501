using Kv.Domain.Quotas;

namespace Kv.Api.Quotas;

/// <summary>How much a tenant has, and may have.</summary>
public sealed record UsageAnswer
{
    /// <summary>
    /// How many keys there are. One that has expired counts until the store removes it: some seconds later, or, when etcd has changed its
    /// leader meanwhile, up to its whole TTL later.
    /// </summary>
    /// <example>1204</example>
    public required long Keys { get; init; }

    /// <summary>How many bytes the keys (as their callers know them, in UTF-8) and their values take up.</summary>
    /// <example>481600</example>
    public required long Bytes { get; init; }

    /// <summary>How many keys there may be; null for any number.</summary>
    /// <example>10000</example>
    public required long? MaxKeys { get; init; }

    /// <summary>How many bytes there may be; null for any number.</summary>
    /// <example>104857600</example>
    public required long? MaxBytes { get; init; }

    /// <summary>The revision of the store at which it was so: some milliseconds ago.</summary>
    /// <example>9041</example>
    public required long Revision { get; init; }

    internal static UsageAnswer Of(TenantUsage usage) => new()
    {
        Keys = usage.Usage.Keys,
        Bytes = usage.Usage.Bytes,
        MaxKeys = usage.Quota.MaxKeys,
        MaxBytes = usage.Quota.MaxBytes,
        Revision = usage.Revision,
    };
}
