using System.Text.Json;
using Kv.Api.Errors;
using Kv.Api.Json;
using Kv.Api.OpenApi.Attributes;

namespace Kv.Api.KeyValues.Bodies;

/// <summary>A key to set, whether or not it exists.</summary>
public sealed record CreateKeyValueBody : IBody<CreateKeyValueBody>
{
    /// <summary>The key: any text that does not end in '*' and has no control characters.</summary>
    /// <example>user:42</example>
    public required string Key { get; init; }

    /// <inheritdoc cref="KeyValues.Contracts.StoredKeyValue.Value"/>
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

    static CreateKeyValueBody IBody<CreateKeyValueBody>.Read(ref Utf8JsonReader reader)
    {
        var body = KeyValueBody.Read(ref reader);
        return new CreateKeyValueBody { Key = body.Key ?? "", Value = body.Value, Ttl = body.Ttl };
    }
}

/// <summary>The new value of a key.</summary>
public sealed record SetKeyValueBody : IBody<SetKeyValueBody>
{
    /// <summary>The key, when an answer is sent back as a body. It must be the key in the path.</summary>
    internal string? Key { get; init; }

    /// <inheritdoc cref="KeyValues.Contracts.StoredKeyValue.Value"/>
    public required ReadOnlyMemory<byte> Value { get; init; }

    /// <inheritdoc cref="CreateKeyValueBody.Encoding"/>
    [OneOf("base64")]
    public string? Encoding { get; init; }

    /// <inheritdoc cref="CreateKeyValueBody.Ttl"/>
    public TimeToLive? Ttl { get; init; }

    static SetKeyValueBody IBody<SetKeyValueBody>.Read(ref Utf8JsonReader reader)
    {
        var body = KeyValueBody.Read(ref reader);
        return new SetKeyValueBody { Key = body.Key, Value = body.Value, Ttl = body.Ttl };
    }
}

/// <summary>A change of a key without its value (a JSON merge patch, RFC 7396).</summary>
public sealed record PatchKeyValueBody : IBody<PatchKeyValueBody>
{
    private static readonly string[] Members = ["ttl"];

    /// <summary>
    /// The time to live in seconds, from now; 0 means the deployment's default. Null or the text `never` means no
    /// expiry.
    /// </summary>
    /// <example>60</example>
    public required TimeToLive Ttl { get; init; }

    static PatchKeyValueBody IBody<PatchKeyValueBody>.Read(ref Utf8JsonReader reader)
    {
        var members = JsonMembers.Read(ref reader, "", Members);
        // In a merge patch null removes a member (RFC 7396): here, the expiry.
        return members.Is("ttl", JsonTokenType.Null) ? new PatchKeyValueBody { Ttl = TimeToLive.Never }
            : members.Has("ttl") ? new PatchKeyValueBody { Ttl = members.Ttl("ttl") }
            : throw new BodyException("ttl", "ttl is required");
    }
}
