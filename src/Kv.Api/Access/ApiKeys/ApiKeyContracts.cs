using System.Text.Json;
using System.Text.Json.Serialization;
using Kv.Api.Json;
using Kv.Api.OpenApi.Attributes;
using Kv.Api.Webhooks;
using Kv.Application.Access;
using Kv.Domain.Access;

namespace Kv.Api.Access.ApiKeys;

/// <summary>A new API key: for an administrator, or for keys of tenants.</summary>
public sealed record CreateApiKeyBody : IBody<CreateApiKeyBody>
{
    /// <summary>A name for people to read, up to 100 characters.</summary>
    /// <example>billing service</example>
    public string? Name { get; init; }

    /// <summary>
    /// Whether the key allows everything, including the management of API keys. If `true`, leave out `namespace`,
    /// `app`, `prefix` and `verbs`.
    /// </summary>
    /// <example>false</example>
    public bool? Admin { get; init; }

    /// <inheritdoc cref="Access.GrantAnswer.Namespace"/>
    public string? Namespace { get; init; }

    /// <inheritdoc cref="Access.GrantAnswer.App"/>
    public string? App { get; init; }

    /// <summary>The prefix of the allowed keys; without it, all keys.</summary>
    /// <example>invoice:</example>
    public string? Prefix { get; init; }

    /// <summary>The allowed verbs: some of `read`, `write`, `delete`, `webhooks`.</summary>
    /// <example>["read", "write"]</example>
    [OneOf("read", "write", "delete", "webhooks")]
    public IReadOnlyList<string>? Verbs { get; init; }

    /// <summary>The validity in seconds, up to ten years; without it, the key does not expire.</summary>
    /// <example>7776000</example>
    public long? Ttl { get; init; }

    internal CreateApiKey ToRequest() => new(Name, Admin ?? false, Namespace, App, Prefix, Verbs, Ttl);

    static CreateApiKeyBody IBody<CreateApiKeyBody>.Read(ref Utf8JsonReader reader)
    {
        var members = JsonMembers.ReadBody(ref reader, "name", "admin", "namespace", "app", "prefix", "verbs", "ttl");
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
}

/// <summary>An API key. Only the answer that creates the key contains its text.</summary>
public sealed class ApiKeyAnswer
{
    /// <summary>The key's id.</summary>
    /// <example>1f0c6f0e3f0a4f43</example>
    public required string Id { get; init; }

    /// <summary>The text to send as the credential; only in the answer that creates the key.</summary>
    /// <example>kv_1f0c6f0e3f0a4f43_eW91LXdpbGwtbmV2ZXItZ3Vlc3MtdGhpcy1vbmUtaGVyZQ</example>
    public string? Key { get; init; }

    /// <summary>A name for people to read.</summary>
    /// <example>billing service</example>
    public required string Name { get; init; }

    /// <summary>Whether the key allows everything, including the management of API keys.</summary>
    public required bool Admin { get; init; }

    /// <summary>The namespace, or `*`; absent for an administrator's key.</summary>
    /// <example>shop</example>
    public string? Namespace { get; init; }

    /// <summary>The app, or `*`; absent for an administrator's key.</summary>
    /// <example>billing</example>
    public string? App { get; init; }

    /// <summary>The prefix of the allowed keys; absent for an administrator's key.</summary>
    /// <example>invoice:</example>
    public string? Prefix { get; init; }

    /// <summary>The allowed verbs; empty for an administrator's key.</summary>
    /// <example>["read", "write"]</example>
    [OneOf("read", "write", "delete", "webhooks")]
    public required IReadOnlyList<string> Verbs { get; init; }

    /// <summary>The creation time, in Unix seconds.</summary>
    /// <example>1767225600</example>
    public required long CreatedAt { get; init; }

    /// <summary>The Unix second from which on the key is refused; null for never.</summary>
    /// <example>1775001600</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required long? ExpireAt { get; init; }

    internal static ApiKeyAnswer From(ApiKeyDto key, ApiKeySecret? secret = null) => new()
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

/// <summary>A revoked API key, with the webhooks that it registered.</summary>
public sealed record RevokedApiKeyAnswer
{
    /// <inheritdoc cref="ApiKeyAnswer.Id"/>
    public required string Id { get; init; }

    /// <summary>The number of existing webhooks that the key registered.</summary>
    /// <example>1</example>
    public required int WebhookCount { get; init; }

    /// <summary>The first 100 of them, of all tenants, in their present state.</summary>
    public required IReadOnlyList<StoredWebhook> Webhooks { get; init; }

    internal static RevokedApiKeyAnswer From(string id, RevokedApiKey revoked) => new()
    {
        Id = id,
        WebhookCount = revoked.WebhookCount,
        Webhooks = [.. revoked.Webhooks.Select(StoredWebhook.From)],
    };
}
