using System.Text.Json.Serialization;
using Kv.Domain.Quotas;

namespace Kv.Api.Quotas;

/// <summary>A tenant's usage and quota.</summary>
public sealed record UsageAnswer
{
    /// <summary>
    /// The number of keys. An expired key counts until the store removes it: usually some seconds later, but up to its
    /// whole TTL later if etcd changed its leader in the meantime.
    /// </summary>
    /// <example>1204</example>
    public required long Keys { get; init; }

    /// <summary>
    /// The bytes of the keys (without the store's prefix, in UTF-8), of their values, and of the stored deliveries of
    /// webhooks: pending ones and those that failed for good.
    /// </summary>
    /// <example>481600</example>
    public required long Bytes { get; init; }

    /// <summary>Most keys; null for no limit.</summary>
    /// <example>10000</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required long? MaxKeys { get; init; }

    /// <summary>Most bytes; null for no limit.</summary>
    /// <example>104857600</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required long? MaxBytes { get; init; }

    /// <summary>The revision of the usage, some milliseconds old.</summary>
    /// <example>9041</example>
    public required long Revision { get; init; }

    internal static UsageAnswer From(TenantUsage usage) => new()
    {
        Keys = usage.Usage.Keys,
        Bytes = usage.Usage.Bytes,
        MaxKeys = usage.Quota.MaxKeys,
        MaxBytes = usage.Quota.MaxBytes,
        Revision = usage.Revision,
    };
}
