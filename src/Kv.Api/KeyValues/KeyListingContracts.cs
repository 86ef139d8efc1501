using System.Text.Json.Serialization;
using Kv.Application.KeyValues;
using Kv.Domain.KeyValues;

namespace Kv.Api.KeyValues;

/// <summary>A page of keys.</summary>
public sealed record KeyPage
{
    /// <summary>The keys, in key order.</summary>
    public required IReadOnlyList<ListedKey> Items { get; init; }

    /// <summary>Where `delimiter` was given: what the keys start with that hold it, each once.</summary>
    /// <example>["user/"]</example>
    public required IReadOnlyList<string> Prefixes { get; init; }

    /// <summary>What to ask for the next page with; null when this is the last.</summary>
    public string? Cursor { get; init; }

    /// <summary>The revision of the store from which all pages of this listing come.</summary>
    /// <example>42</example>
    public required long Revision { get; init; }

    internal static KeyPage Of(KeyValuePageDto page, KeyFields fields) => new()
    {
        Items = [.. page.Items.Select(item => ListedKey.Of(item, fields))],
        Prefixes = page.Prefixes,
        Cursor = page.Cursor,
        Revision = page.Revision,
    };
}

/// <summary>A key of a page, with what was asked for of it.</summary>
public sealed record ListedKey
{
    /// <summary>The key.</summary>
    /// <example>user:42</example>
    public required string Key { get; init; }

    /// <summary>The value; base64 when `encoding` says so. Only with `fields=all`.</summary>
    /// <example>Ada Lovelace</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReadOnlyMemory<byte>? Value { get; init; }

    /// <summary>"base64" when the value is not UTF-8 text; absent otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Encoding { get; init; }

    /// <summary>The media type that was given with the value; absent when none was.</summary>
    /// <example>text/plain</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ContentType { get; init; }

    /// <summary>Whole seconds until the key expires; absent when it does not.</summary>
    /// <example>3599</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Ttl { get; init; }

    /// <summary>The second of Unix time at which the key expires; absent when it does not.</summary>
    /// <example>1767225600</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? ExpireAt { get; init; }

    /// <summary>The revision at which the key was last written: its `ETag`, without the quotes.</summary>
    /// <example>42</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Etag { get; init; }

    /// <summary>The revision at which the key came to be.</summary>
    /// <example>17</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? CreateRevision { get; init; }

    /// <summary>How often the key was written since it came to be.</summary>
    /// <example>3</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Version { get; init; }

    internal static ListedKey Of(KeyValueDto dto, KeyFields fields)
    {
        var key = new ListedKey { Key = dto.Key };
        if (fields == KeyFields.Key)
            return key;
        key = key with
        {
            ContentType = dto.ContentType,
            Ttl = dto.Ttl,
            ExpireAt = dto.ExpireAt,
            Etag = EntityTags.Bare(dto.Revision),
            CreateRevision = dto.CreateRevision,
            Version = dto.Version,
        };
        return fields == KeyFields.Meta
            ? key
            : key with { Value = dto.Value, Encoding = StoredKeyValue.EncodingOf(dto.Value) };
    }
}
