using System.Text.Json.Serialization;
using System.Text.Unicode;
using Kv.Application.KeyValues;

namespace Kv.Api.KeyValues;

/// <summary>A key to set, whether or not it exists.</summary>
[JsonConverter(typeof(CreateKeyValueBodyConverter))]
public sealed record CreateKeyValueBody
{
    /// <summary>The key: any text that does not end in '*' and has no control characters.</summary>
    /// <example>user:42</example>
    public required string Key { get; init; }

    /// <summary>The value.</summary>
    /// <example>Ada Lovelace</example>
    public required ReadOnlyMemory<byte> Value { get; init; }

    /// <summary>Seconds until the key expires; 0, null or absent takes the deployment's default, which may be never.</summary>
    /// <example>3600</example>
    public long? Ttl { get; init; }
}

/// <summary>What to set a key to.</summary>
[JsonConverter(typeof(SetKeyValueBodyConverter))]
public sealed record SetKeyValueBody
{
    /// <summary>The value.</summary>
    /// <example>Ada Lovelace</example>
    public required ReadOnlyMemory<byte> Value { get; init; }

    /// <summary>Seconds until the key expires; 0, null or absent takes the deployment's default, which may be never.</summary>
    /// <example>3600</example>
    public long? Ttl { get; init; }
}

/// <summary>A key that was written.</summary>
public sealed record WrittenKeyValue
{
    /// <summary>The key.</summary>
    /// <example>user:42</example>
    public required string Key { get; init; }

    /// <summary>The value.</summary>
    /// <example>Ada Lovelace</example>
    public required ReadOnlyMemory<byte> Value { get; init; }

    /// <summary>Seconds until the key expires; absent when it does not.</summary>
    /// <example>3600</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Ttl { get; init; }

    /// <summary>The second of Unix time at which the key expires; absent when it does not.</summary>
    /// <example>1767225600</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? ExpireAt { get; init; }

    internal static WrittenKeyValue Of(KeyValueDto dto) =>
        new() { Key = dto.Key, Value = dto.Value, Ttl = dto.Ttl, ExpireAt = dto.ExpireAt };
}

/// <summary>A key as it stands.</summary>
public sealed record StoredKeyValue
{
    internal const string Base64 = "base64";

    /// <summary>How a value is shown in JSON: null as text, and otherwise <see cref="Base64"/>.</summary>
    internal static string? EncodingOf(ReadOnlyMemory<byte>? value) =>
        value is { } bytes && !Utf8.IsValid(bytes.Span) ? Base64 : null;

    /// <summary>The key.</summary>
    /// <example>user:42</example>
    public required string Key { get; init; }

    /// <summary>The value; base64 when `encoding` says so.</summary>
    /// <example>Ada Lovelace</example>
    public required ReadOnlyMemory<byte> Value { get; init; }

    /// <summary>"base64" when the value is not UTF-8 text; absent otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Encoding { get; init; }

    /// <summary>Whole seconds until the key expires; null when it does not.</summary>
    /// <example>3599</example>
    public long? Ttl { get; init; }

    /// <summary>The second of Unix time at which the key expires, the same in every answer; null when it does not.</summary>
    /// <example>1767225600</example>
    public long? ExpireAt { get; init; }

    internal static StoredKeyValue Of(KeyValueDto dto) => new()
    {
        Key = dto.Key,
        Value = dto.Value,
        Encoding = EncodingOf(dto.Value),
        Ttl = dto.Ttl,
        ExpireAt = dto.ExpireAt,
    };
}

/// <summary>What to change of a key without sending its value (a JSON merge patch, RFC 7396).</summary>
[JsonConverter(typeof(PatchKeyValueBodyConverter))]
public sealed record PatchKeyValueBody
{
    /// <summary>Seconds until the key expires, from now on; null is for never, 0 takes the deployment's default.</summary>
    /// <example>60</example>
    public required long? Ttl { get; init; }
}

/// <summary>A key whose time to live was changed. Its value is as it was.</summary>
public sealed record PatchedKeyValue
{
    /// <summary>The key.</summary>
    /// <example>user:42</example>
    public required string Key { get; init; }

    /// <summary>Seconds until the key expires; null when it does not.</summary>
    /// <example>60</example>
    public long? Ttl { get; init; }

    /// <summary>The second of Unix time at which the key expires; null when it does not.</summary>
    /// <example>1767225600</example>
    public long? ExpireAt { get; init; }

    internal static PatchedKeyValue Of(KeyValueDto dto) => new() { Key = dto.Key, Ttl = dto.Ttl, ExpireAt = dto.ExpireAt };
}
