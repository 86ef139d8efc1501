using System.Text.Json.Serialization;
using Kv.Api.Answers;
using Kv.Api.Http;
using Kv.Api.OpenApi.Attributes;
using Kv.Application.KeyValues;

namespace Kv.Api.KeyValues.Contracts;

/// <summary>A page of keys.</summary>
public sealed record KeyPage
{
    /// <summary>The keys, in key order.</summary>
    public required IReadOnlyList<ListedKey> Items { get; init; }

    /// <summary>With `delimiter`: the common prefixes of the grouped keys.</summary>
    /// <example>["user/"]</example>
    public required IReadOnlyList<string> Prefixes { get; init; }

    /// <summary>The cursor of the next page; null on the last page.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Cursor { get; init; }

    /// <summary>The revision at which all pages of this listing are read.</summary>
    /// <example>42</example>
    public required long Revision { get; init; }

    /// <summary>
    /// With `contains`: the number of names that this page searched. Keys that were deleted a short time ago may count.
    /// </summary>
    /// <example>100000</example>
    public int? Searched { get; init; }

    /// <summary>A page without its keys.</summary>
    internal static KeyPage Envelope(KeyValuePageDto page) => new()
    {
        Items = [],
        Prefixes = page.Prefixes,
        Cursor = page.Cursor,
        Revision = page.Revision,
        Searched = page.Searched,
    };
}

/// <summary>A key of a page, with the requested fields.</summary>
public sealed record ListedKey : IHoldsValue<ListedKey>
{
    /// <inheritdoc cref="StoredKeyValue.Key"/>
    public required string Key { get; init; }

    /// <summary>The value, in base64 if `encoding` is `base64`. Only with `fields=all`.</summary>
    /// <example>Ada Lovelace</example>
    public ReadOnlyMemory<byte>? Value { get; init; }

    /// <inheritdoc cref="HistoryEntry.Encoding"/>
    [OneOf("base64")]
    public string? Encoding { get; init; }

    /// <summary>The media type that the writer set; absent when it set none.</summary>
    /// <example>text/plain</example>
    public string? ContentType { get; init; }

    /// <summary>The remaining whole seconds; absent when the key does not expire.</summary>
    /// <example>3599</example>
    public long? Ttl { get; init; }

    /// <inheritdoc cref="WrittenKeyValue.ExpireAt"/>
    public long? ExpireAt { get; init; }

    /// <summary>The revision of the key's last write: its `ETag` without quotes.</summary>
    /// <example>42</example>
    public string? Etag { get; init; }

    /// <summary>The revision at which the key was created.</summary>
    /// <example>17</example>
    public long? CreateRevision { get; init; }

    /// <summary>The number of writes since the key was created.</summary>
    /// <example>3</example>
    public long? Version { get; init; }

    internal static ListedKey From(KeyValueDto dto, KeyFields fields)
    {
        var key = new ListedKey { Key = dto.Key };
        if (fields == KeyFields.Key)
            return key;
        key = key with
        {
            ContentType = dto.ContentType,
            Ttl = dto.Ttl,
            ExpireAt = dto.ExpireAt,
            Etag = EntityTags.ToJson(dto.Revision),
            CreateRevision = dto.CreateRevision,
            Version = dto.Version,
        };
        return fields == KeyFields.Meta
            ? key
            : key with { Value = dto.Value, Encoding = StoredKeyValue.EncodingOf(dto.Value) };
    }

    ListedKey IHoldsValue<ListedKey>.WithEmptyValue() => this with { Value = ReadOnlyMemory<byte>.Empty };
}

/// <summary>The result of deleting the keys with a prefix.</summary>
public sealed record DeletedKeysAnswer
{
    /// <summary>The number of deleted keys; in a dry run, of keys to delete.</summary>
    /// <example>1</example>
    public required long Deleted { get; init; }

    /// <summary>Whether nothing was deleted, because only the count was requested.</summary>
    public required bool DryRun { get; init; }

    /// <summary>Whether keys remain: repeat the call to delete them.</summary>
    public required bool More { get; init; }

    /// <summary>The revision of the last deletion, or of the count.</summary>
    /// <example>42</example>
    public required long Revision { get; init; }

    internal static DeletedKeysAnswer From(DeletedKeys keys, bool isDryRun) =>
        new() { Deleted = keys.Count, DryRun = isDryRun, More = keys.HasMore, Revision = keys.Revision };
}
