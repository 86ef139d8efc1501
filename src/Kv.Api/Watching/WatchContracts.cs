using Kv.Api.Answers;
using Kv.Api.Http;
using Kv.Api.KeyValues.Contracts;
using Kv.Api.OpenApi.Attributes;
using Kv.Domain.Watching;

namespace Kv.Api.Watching;

/// <summary>The data of an event of a watch.</summary>
public sealed record WatchedKey : IHoldsValue<WatchedKey>
{
    /// <inheritdoc cref="StoredKeyValue.Key"/>
    public required string Key { get; init; }

    /// <inheritdoc cref="KeyValues.Contracts.HistoryEntry.Value"/>
    public ReadOnlyMemory<byte>? Value { get; init; }

    /// <inheritdoc cref="StoredKeyValue.Encoding"/>
    [OneOf("base64")]
    public string? Encoding { get; init; }

    /// <inheritdoc cref="ListedKey.Ttl"/>
    public long? Ttl { get; init; }

    /// <inheritdoc cref="WrittenKeyValue.ExpireAt"/>
    public long? ExpireAt { get; init; }

    /// <summary>The reason of a `delete`: `deleted` or `expired`; otherwise absent.</summary>
    [OneOf("deleted", "expired")]
    public string? Reason { get; init; }

    /// <summary>With `include_previous`: the key's previous state; absent when the key did not exist.</summary>
    public PreviousKeyValue? Previous { get; init; }

    /// <summary>The revision of the change; for a written key, its `ETag` without quotes.</summary>
    /// <example>42</example>
    public required string Etag { get; init; }

    internal static WatchedKey From(KeyChanged change, DateTimeOffset now, bool includesPrevious) => new()
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
            null => null,
        },
        Previous = includesPrevious && change.Previous is { } previous ? PreviousKeyValue.From(previous) : null,
        Etag = EntityTags.ToJson(change.Revision),
    };

    WatchedKey IHoldsValue<WatchedKey>.WithEmptyValue() => this with { Value = ReadOnlyMemory<byte>.Empty };
}

/// <summary>The data of the event `unauthorized`, which ends a watch when its credential ends.</summary>
public sealed record EndedWatch
{
    /// <summary>The error.</summary>
    /// <example>Unauthorized</example>
    public required string Error { get; init; }

    /// <summary>The reason.</summary>
    /// <example>The credential was revoked or has expired.</example>
    public required string Detail { get; init; }
}

/// <summary>The state of a key before a change.</summary>
public sealed record PreviousKeyValue
{
    /// <summary>The value, in base64 if `encoding` is `base64`; absent when the store no longer has it.</summary>
    /// <example>Ada</example>
    public ReadOnlyMemory<byte>? Value { get; init; }

    /// <inheritdoc cref="StoredKeyValue.Encoding"/>
    [OneOf("base64")]
    public string? Encoding { get; init; }

    /// <summary>True when the store no longer has the value; otherwise absent.</summary>
    public bool? Forgotten { get; init; }

    internal static PreviousKeyValue From(PreviousValue previous) => new()
    {
        Value = previous.Value,
        Encoding = StoredKeyValue.EncodingOf(previous.Value),
        Forgotten = previous.Value is null ? true : null,
    };
}

/// <summary>The data of the event `gone`.</summary>
public sealed record CompactedChanges
{
    /// <summary>The oldest revision that the store still keeps.</summary>
    public required long OldestRevision { get; init; }
}
