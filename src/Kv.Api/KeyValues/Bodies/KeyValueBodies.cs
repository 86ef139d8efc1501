using System.Text.Json.Serialization;
using Kv.Api.OpenApi.Attributes;
using Kv.Domain.KeyValues;

namespace Kv.Api.KeyValues.Bodies;

/// <summary>A key to set, whether or not it exists.</summary>
[JsonConverter(typeof(CreateKeyValueBodyConverter))]
public sealed record CreateKeyValueBody
{
    /// <summary>The key: any text that does not end in '*' and has no control characters.</summary>
    /// <example>user:42</example>
    public required string Key { get; init; }

    /// <summary>The value, in base64 if `encoding` is `base64`.</summary>
    /// <example>Ada Lovelace</example>
    public required ReadOnlyMemory<byte> Value { get; init; }

    /// <summary>`base64` for a value in base64; otherwise absent.</summary>
    [OneOf("base64")]
    public string? Encoding { get; init; }

    /// <summary>
    /// The time to live in seconds. 0, null or absent means the deployment's default, which may be no expiry. The text
    /// `never` means no expiry.
    /// </summary>
    /// <example>3600</example>
    public TimeToLive? Ttl { get; init; }
}

/// <summary>The new value of a key.</summary>
[JsonConverter(typeof(SetKeyValueBodyConverter))]
public sealed record SetKeyValueBody
{
    /// <summary>The key, when an answer is sent back as a body. It must be the key in the path.</summary>
    internal string? Key { get; init; }

    /// <summary>The value, in base64 if `encoding` is `base64`.</summary>
    /// <example>Ada Lovelace</example>
    public required ReadOnlyMemory<byte> Value { get; init; }

    /// <summary>`base64` for a value in base64; otherwise absent.</summary>
    [OneOf("base64")]
    public string? Encoding { get; init; }

    /// <summary>
    /// The time to live in seconds. 0, null or absent means the deployment's default, which may be no expiry. The text
    /// `never` means no expiry.
    /// </summary>
    /// <example>3600</example>
    public TimeToLive? Ttl { get; init; }
}

/// <summary>A change of a key without its value (a JSON merge patch, RFC 7396).</summary>
[JsonConverter(typeof(PatchKeyValueBodyConverter))]
public sealed record PatchKeyValueBody
{
    /// <summary>
    /// The time to live in seconds, from now; 0 means the deployment's default. Null or the text `never` means no
    /// expiry.
    /// </summary>
    /// <example>60</example>
    public required TimeToLive Ttl { get; init; }
}
