using System.Text.Json.Serialization;
using Kv.Api.KeyValues;
using Kv.Domain.KeyValues;
using Kv.Domain.Watching;

namespace Kv.Api.Watching;

/// <summary>The data of an event of a watch.</summary>
public sealed record WatchedKey
{
    /// <summary>The key.</summary>
    /// <example>user:42</example>
    public required string Key { get; init; }

    /// <summary>The value that was written; base64 when `encoding` says so, absent when the key is gone.</summary>
    /// <example>Ada Lovelace</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReadOnlyMemory<byte>? Value { get; init; }

    /// <summary>"base64" when the value is not UTF-8 text; absent otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Encoding { get; init; }

    /// <summary>Whole seconds until the key expires; absent when it does not.</summary>
    /// <example>3599</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Ttl { get; init; }

    /// <summary>The second of Unix time at which the key expires; absent when it does not.</summary>
    /// <example>1767225600</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? ExpireAt { get; init; }

    /// <summary>Why the key is gone: `deleted` or `expired`; absent when it is not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }

    /// <summary>The revision at which it happened; of a key that was written, its `ETag` without the quotes.</summary>
    /// <example>42</example>
    public required string Etag { get; init; }

    internal static WatchedKey Of(KeyChanged change, DateTimeOffset now) => new()
    {
        Key = change.Key.Value,
        Value = change.NewValue,
        Encoding = StoredKeyValue.EncodingOf(change.NewValue),
        Ttl = change.ExpireAt is { } expireAt ? Expiry.At(expireAt, now).Ttl : null,
        ExpireAt = change.ExpireAt,
        Reason = (change as KeyDeleted)?.Reason switch
        {
            DeletionReason.Deleted => "deleted",
            DeletionReason.Expired => "expired",
            _ => null,
        },
        Etag = EntityTags.Bare(change.Revision),
    };
}

/// <summary>The data of the event `gone`.</summary>
public sealed record ForgottenChanges
{
    /// <summary>The oldest revision that the store still keeps.</summary>
    public required long OldestRevision { get; init; }
}
