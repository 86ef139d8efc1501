using System.Text.Json.Serialization;
using System.Text.Unicode;
using Kv.Api.Answers;
using Kv.Api.Json;
using Kv.Api.OpenApi.Attributes;
using Kv.Application.KeyValues;

namespace Kv.Api.KeyValues.Contracts;

/// <summary>A written key.</summary>
public sealed record WrittenKeyValue : IHoldsValue<WrittenKeyValue>
{
    /// <inheritdoc cref="StoredKeyValue.Key"/>
    public required string Key { get; init; }

    /// <inheritdoc cref="StoredKeyValue.Value"/>
    public required ReadOnlyMemory<byte> Value { get; init; }

    /// <inheritdoc cref="StoredKeyValue.Encoding"/>
    [OneOf("base64")]
    public string? Encoding { get; init; }

    /// <summary>The time to live in seconds; absent when the key does not expire.</summary>
    /// <example>3600</example>
    public long? Ttl { get; init; }

    /// <summary>The expiry in Unix seconds; absent when the key does not expire.</summary>
    /// <example>1767225600</example>
    public long? ExpireAt { get; init; }

    internal static WrittenKeyValue From(KeyValueDto dto) => new()
    {
        Key = dto.Key,
        Value = dto.Value,
        Encoding = StoredKeyValue.EncodingOf(dto.Value),
        Ttl = dto.Ttl,
        ExpireAt = dto.ExpireAt,
    };

    ReadOnlyMemory<byte>? IHoldsValue<WrittenKeyValue>.Value => Value;

    WrittenKeyValue IHoldsValue<WrittenKeyValue>.WithEmptyValue() => this with { Value = ReadOnlyMemory<byte>.Empty };
}

/// <summary>A stored key.</summary>
public sealed record StoredKeyValue : IHoldsValue<StoredKeyValue>
{
    /// <summary>The encoding of a value in JSON: null for text, otherwise base64.</summary>
    internal static string? EncodingOf(ReadOnlyMemory<byte>? value) =>
        value is { } bytes && !Utf8.IsValid(bytes.Span) ? EncodedValues.Base64 : null;

    /// <summary>The key.</summary>
    /// <example>user:42</example>
    public required string Key { get; init; }

    /// <summary>The value, in base64 if `encoding` is `base64`.</summary>
    /// <example>Ada Lovelace</example>
    public required ReadOnlyMemory<byte> Value { get; init; }

    /// <summary>`base64` for a value that is not UTF-8 text; otherwise absent.</summary>
    [OneOf("base64")]
    public string? Encoding { get; init; }

    /// <summary>The remaining whole seconds; null when the key does not expire.</summary>
    /// <example>3599</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public long? Ttl { get; init; }

    /// <summary>The expiry in Unix seconds, the same in every answer; null when the key does not expire.</summary>
    /// <example>1767225600</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public long? ExpireAt { get; init; }

    internal static StoredKeyValue From(KeyValueDto dto) => new()
    {
        Key = dto.Key,
        Value = dto.Value,
        Encoding = EncodingOf(dto.Value),
        Ttl = dto.Ttl,
        ExpireAt = dto.ExpireAt,
    };

    ReadOnlyMemory<byte>? IHoldsValue<StoredKeyValue>.Value => Value;

    StoredKeyValue IHoldsValue<StoredKeyValue>.WithEmptyValue() => this with { Value = ReadOnlyMemory<byte>.Empty };
}

/// <summary>A key whose time to live was changed. Its value is unchanged.</summary>
public sealed record PatchedKeyValue
{
    /// <inheritdoc cref="StoredKeyValue.Key"/>
    public required string Key { get; init; }

    /// <summary>The time to live in seconds; null when the key does not expire.</summary>
    /// <example>60</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public long? Ttl { get; init; }

    /// <summary>The expiry in Unix seconds; null when the key does not expire.</summary>
    /// <example>1767225600</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public long? ExpireAt { get; init; }

    internal static PatchedKeyValue From(KeyValueDto dto) =>
        new() { Key = dto.Key, Ttl = dto.Ttl, ExpireAt = dto.ExpireAt };
}
