using System.Globalization;
using System.Text.Json.Serialization;
using Kv.Api.Answers;
using Kv.Api.OpenApi.Attributes;
using Kv.Domain.Webhooks;

namespace Kv.Api.KeyValues.Contracts;

/// <summary>A page of a key's history.</summary>
public sealed record KeyHistoryAnswer
{
    /// <inheritdoc cref="StoredKeyValue.Key"/>
    public required string Key { get; init; }

    /// <summary>The changes, newest first.</summary>
    public required IReadOnlyList<HistoryEntry> Items { get; init; }

    /// <summary>The `cursor` of the next page; null when the history is complete.</summary>
    /// <example>17</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Cursor { get; init; }

    /// <summary>The oldest revision that the store keeps, on the last page; otherwise 0.</summary>
    /// <example>0</example>
    public required long OldestRevision { get; init; }

    /// <summary>A page without its changes.</summary>
    internal static KeyHistoryAnswer Envelope(string key, KeyHistory history) => new()
    {
        Key = key,
        Items = [],
        Cursor = history.Before?.ToString(CultureInfo.InvariantCulture),
        OldestRevision = history.OldestRevision,
    };
}

/// <summary>A past change of a key.</summary>
public sealed record HistoryEntry : IHoldsValue<HistoryEntry>
{
    /// <summary>The revision of the change.</summary>
    /// <example>42</example>
    public required long Revision { get; init; }

    /// <summary>`create`, `update` or `delete`.</summary>
    /// <example>update</example>
    [OneOf(EventFilter.Create, EventFilter.Update, EventFilter.Delete)]
    public required string Event { get; init; }

    /// <summary>The reason of a `delete`: `deleted` or `expired`; absent for a write.</summary>
    [OneOf("deleted", "expired")]
    public string? Reason { get; init; }

    /// <summary>The written value, in base64 if `encoding` is `base64`; absent for a `delete`.</summary>
    /// <example>Ada Lovelace</example>
    public ReadOnlyMemory<byte>? Value { get; init; }

    /// <summary>"base64" when the value is not UTF-8 text; absent otherwise.</summary>
    [OneOf("base64")]
    public string? Encoding { get; init; }

    /// <summary>The expiry that was set, in Unix seconds; absent for no expiry.</summary>
    public long? ExpireAt { get; init; }

    internal static HistoryEntry From(Domain.KeyValues.HistoryEntry change)
    {
        (string name, string? reason) = change.Kind switch
        {
            KeyChangeKind.Create => (EventFilter.Create, null),
            KeyChangeKind.Update => (EventFilter.Update, null),
            KeyChangeKind.Delete => (EventFilter.Delete, "deleted"),
            KeyChangeKind.Expire => (EventFilter.Delete, "expired"),
        };
        return new HistoryEntry
        {
            Revision = change.Revision,
            Event = name,
            Reason = reason,
            Value = change.Value,
            Encoding = StoredKeyValue.EncodingOf(change.Value),
            ExpireAt = change.ExpireAt,
        };
    }

    HistoryEntry IHoldsValue<HistoryEntry>.WithEmptyValue() => this with { Value = ReadOnlyMemory<byte>.Empty };
}
