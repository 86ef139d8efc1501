using System.Text.Json;
using System.Text.Json.Serialization;
using Kv.Api.Json;
using Kv.Application.Access;
using Kv.Domain.Access;

namespace Kv.Api.Access;

/// <summary>An API key to make: an administrator's, or one for the keys of a tenant.</summary>
[JsonConverter(typeof(CreateApiKeyBodyConverter))]
public sealed record CreateApiKeyBody
{
    /// <summary>What people call it, up to 100 characters.</summary>
    /// <example>billing service</example>
    public string? Name { get; init; }

    /// <summary>Whether it may do everything, and manage API keys. The members below are left out then.</summary>
    /// <example>false</example>
    public bool? Admin { get; init; }

    /// <summary>The namespace; `*` for every one.</summary>
    /// <example>shop</example>
    public string? Namespace { get; init; }

    /// <summary>The app; `*` for every one.</summary>
    /// <example>billing</example>
    public string? App { get; init; }

    /// <summary>What the keys start with; all keys without it.</summary>
    /// <example>invoice:</example>
    public string? Prefix { get; init; }

    /// <summary>What may be done with them: some of `read`, `write`, `delete`, `webhooks`.</summary>
    /// <example>["read", "write"]</example>
    public IReadOnlyList<string>? Verbs { get; init; }

    /// <summary>How many seconds it is good for, up to ten years; for ever without it.</summary>
    /// <example>7776000</example>
    public long? Ttl { get; init; }

    internal CreateApiKey ToRequest() => new(Name, Admin ?? false, Namespace, App, Prefix, Verbs, Ttl);
}

/// <summary>An API key. What opens it is told in the answer that makes it, and never again.</summary>
public sealed class ApiKeyAnswer
{
    /// <summary>Which it is.</summary>
    /// <example>1f0c6f0e3f0a4f43</example>
    public required string Id { get; init; }

    /// <summary>What its holder sends; only of a new key.</summary>
    /// <example>kv_1f0c6f0e3f0a4f43_eW91LXdpbGwtbmV2ZXItZ3Vlc3MtdGhpcy1vbmUtaGVyZQ</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Key { get; init; }

    /// <summary>What people call it.</summary>
    /// <example>billing service</example>
    public required string Name { get; init; }

    /// <summary>Whether it may do everything, and manage API keys.</summary>
    public required bool Admin { get; init; }

    /// <summary>The namespace, or `*`; not of an administrator's.</summary>
    /// <example>shop</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Namespace { get; init; }

    /// <summary>The app, or `*`; not of an administrator's.</summary>
    /// <example>billing</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? App { get; init; }

    /// <summary>What the keys start with; not of an administrator's.</summary>
    /// <example>invoice:</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Prefix { get; init; }

    /// <summary>What may be done with them; nothing is named of an administrator's.</summary>
    /// <example>["read", "write"]</example>
    public required IReadOnlyList<string> Verbs { get; init; }

    /// <summary>The second of Unix time at which it was made.</summary>
    /// <example>1767225600</example>
    public required long CreatedAt { get; init; }

    /// <summary>The second of Unix time from which on it is refused; null for never.</summary>
    /// <example>1775001600</example>
    public required long? ExpireAt { get; init; }

    internal static ApiKeyAnswer Of(ApiKeyDto key, ApiKeySecret? secret = null) => new()
    {
        Id = key.Id,
        Key = secret?.Reveal(),
        Name = key.Name,
        Admin = key.IsAdministrator,
        Namespace = key.Namespace,
        App = key.AppName,
        Prefix = key.Prefix,
        Verbs = key.Verbs,
        CreatedAt = key.CreatedAt,
        ExpireAt = key.ExpireAt,
    };
}

internal sealed class CreateApiKeyBodyConverter : JsonConverter<CreateApiKeyBody>
{
    public override CreateApiKeyBody Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var members = BodyMembers.Read(ref reader, "name", "admin", "namespace", "app", "prefix", "verbs", "ttl");
        return new CreateApiKeyBody
        {
            Name = members.Text("name"),
            Admin = members.Flag("admin"),
            Namespace = members.Text("namespace"),
            App = members.Text("app"),
            Prefix = members.Text("prefix"),
            Verbs = members.TextOrTexts("verbs"),
            Ttl = members.Number("ttl"),
        };
    }

    public override void Write(Utf8JsonWriter writer, CreateApiKeyBody value, JsonSerializerOptions options) =>
        throw new NotSupportedException("Bodies of requests are only read.");
}
