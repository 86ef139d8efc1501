using System.Text.Json.Serialization;
using Kv.Domain.KeyValues;
using Kv.Domain.Watching;

namespace Kv.Api.KeyValues;

/// <summary>What happened to a key.</summary>
public sealed record KeyHistoryAnswer
{
    /// <summary>The key.</summary>
    /// <example>user:42</example>
    public required string Key { get; init; }

    /// <summary>What happened, the newest first.</summary>
    public required IReadOnlyList<PastEvent> Items { get; init; }

    /// <summary>The oldest revision that the store keeps; 0 where it keeps all.</summary>
    /// <example>0</example>
    public required long OldestRevision { get; init; }

    internal static KeyHistoryAnswer Of(string key, KeyHistory history) => new()
    {
        Key = key,
        Items = [.. history.Changes.Select(PastEvent.Of)],
        OldestRevision = history.OldestRevision,
    };
}

/// <summary>Something that happened to a key.</summary>
public sealed record PastEvent
{
    /// <summary>The revision of the store at which it happened.</summary>
    /// <example>42</example>
    public required long Revision { get; init; }

    /// <summary>`create`, `update` or `delete`.</summary>
    /// <example>update</example>
    public required string Event { get; init; }

    /// <summary>Why the key was gone: `deleted` or `expired`; absent when it was written.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }

    /// <summary>The value that was written; base64 when `encoding` says so, absent when the key was gone.</summary>
    /// <example>Ada Lovelace</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReadOnlyMemory<byte>? Value { get; init; }

    /// <summary>"base64" when the value is not UTF-8 text; absent otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Encoding { get; init; }

    /// <summary>The second of Unix time at which it was to expire; absent when it was not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? ExpireAt { get; init; }

    internal static PastEvent Of(PastChange change) => new()
    {
        Revision = change.Revision,
        Event = change.Kind switch
        {
            KeyChangeKind.Create => "create",
            KeyChangeKind.Update => "update",
            _ => "delete",
        },
        Reason = change.Kind switch
        {
            KeyChangeKind.Delete => "deleted",
            KeyChangeKind.Expire => "expired",
            _ => null,
        },
        Value = change.Value,
        Encoding = StoredKeyValue.EncodingOf(change.Value),
        ExpireAt = change.ExpireAt,
    };
}
