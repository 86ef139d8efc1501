using System.Text.Json;
using Kv.Api.Errors;
using Kv.Api.Json;
using Kv.Api.OpenApi.Attributes;
using Kv.Application.Webhooks;

namespace Kv.Api.Webhooks;

/// <summary>The common members of the bodies with a webhook's settings.</summary>
public abstract record WebhookBody
{
    private protected WebhookBody(JsonMembers members)
    {
        Key = members.Text("key");
        Event = members.TextOrTexts("event");
        Endpoint = members.Text("endpoint");
        Method = members.Text("method");
        Headers = members.Texts("headers");
        Payload = members.Object("payload");
        AddEventData = members.Flag("add_event_data");
        ChangedOnly = members.Flag("changed_only");
        IncludePrevious = members.Flag("include_previous");
        TimeoutSeconds = members.Number("timeout_seconds");
        Secret = members.Text("secret");
    }

    /// <summary>The key, or a prefix followed by `*`; `*` alone matches every key.</summary>
    /// <example>user:*</example>
    public string? Key { get; init; }

    /// <summary>
    /// `create`, `update`, `delete` (which includes expiries), `expire`, or `*` for all; or an array of these.
    /// </summary>
    /// <example>update</example>
    public IReadOnlyList<string>? Event { get; init; }

    /// <summary>
    /// The URL to call: an absolute http or https URL. The host must be ASCII (`xn--...` for other letters) and not
    /// percent-encoded.
    /// </summary>
    /// <example>https://example.com/hooks/users</example>
    public string? Endpoint { get; init; }

    /// <summary>GET, POST, PUT, DELETE, PATCH, OPTIONS or HEAD; the default is POST.</summary>
    /// <example>POST</example>
    [OneOf("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD")]
    public string? Method { get; init; }

    /// <summary>Headers to send. In a change, the value `********` keeps the stored value.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>An object whose members are added at the top level of the body.</summary>
    public JsonElement? Payload { get; init; }

    /// <summary>Whether the body contains the change, in the member `event`.</summary>
    /// <example>true</example>
    public bool? AddEventData { get; init; }

    /// <summary>Whether to skip updates that set the same value.</summary>
    /// <example>false</example>
    public bool? ChangedOnly { get; init; }

    /// <summary>Whether `event` contains the key's previous state in `previous`; requires `add_event_data`.</summary>
    /// <example>false</example>
    public bool? IncludePrevious { get; init; }

    /// <summary>The timeout of an attempt in seconds, 1 to 30; 0 means the deployment's default.</summary>
    /// <example>10</example>
    public long? TimeoutSeconds { get; init; }

    /// <summary>
    /// The secret that signs the messages by Standard Webhooks: `whsec_` and the base64 of 24 to 64 bytes. In a change,
    /// `********` keeps the stored secret, and an empty text removes it.
    /// </summary>
    /// <example>whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw</example>
    public string? Secret { get; init; }

    internal WebhookInput ToInput() => new()
    {
        Key = Key,
        Events = Event,
        Endpoint = Endpoint,
        Method = Method,
        Headers = Headers,
        // The cast is necessary: an untyped null would convert to an empty payload, which removes the stored one.
        Payload = Payload is { } payload ? Bytes(payload) : (ReadOnlyMemory<byte>?)null,
        AddEventData = AddEventData,
        ChangedOnly = ChangedOnly,
        IncludePrevious = IncludePrevious,
        TimeoutSeconds = TimeoutSeconds,
        Secret = Secret,
    };

    /// <summary>Only the name of the type: logs must not contain the secrets.</summary>
    public sealed override string ToString() => GetType().Name;

    // Removes insignificant white space. Empty for an object without members.
    private static ReadOnlyMemory<byte> Bytes(JsonElement payload) => payload.EnumerateObject().Any()
        ? JsonSerializer.SerializeToUtf8Bytes(payload, KvJson.TypeOf<JsonElement>())
        : default;
}

/// <summary>A webhook to register.</summary>
public sealed record RegisterWebhookBody : WebhookBody, IBody<RegisterWebhookBody>
{
    internal static readonly string[] Members =
    [
        "key", "event", "endpoint", "method", "headers", "payload", "add_event_data", "changed_only",
        "include_previous", "timeout_seconds", "secret",
    ];

    internal RegisterWebhookBody(JsonMembers members)
        : base(members)
    {
    }

    static RegisterWebhookBody IBody<RegisterWebhookBody>.Read(ref Utf8JsonReader reader) =>
        new(JsonMembers.ReadBody(ref reader, Members));
}

/// <summary>
/// A change of a webhook. Absent or null members, and an empty key, event, endpoint or method, keep the stored setting.
/// An empty `secret`, `headers` or `payload` removes it.
/// </summary>
public sealed record UpdateWebhookBody : WebhookBody, IBody<UpdateWebhookBody>
{
    // Members that only Kv sets are accepted, so that an answer can be edited and sent back.
    internal static readonly string[] Members =
    [
        .. RegisterWebhookBody.Members, "status", "id", "namespace", "appName", "created_at", "disabled_reason",
        "headers_not_sent", "registered_by",
    ];

    internal UpdateWebhookBody(JsonMembers members)
        : base(members) => Status = members.Text("status")?.ToLowerInvariant();

    /// <summary>`active` enables the webhook, `disabled` disables it.</summary>
    /// <example>active</example>
    [OneOf("active", "disabled")]
    public string? Status { get; init; }

    internal new WebhookInput ToInput() => base.ToInput() with { Status = Status };

    static UpdateWebhookBody IBody<UpdateWebhookBody>.Read(ref Utf8JsonReader reader) =>
        new(JsonMembers.ReadBody(ref reader, Members));
}

/// <summary>The start of a replay.</summary>
public sealed record ReplayBody : IBody<ReplayBody>
{
    /// <summary>The revision after which the replay begins.</summary>
    /// <example>1</example>
    public required long Since { get; init; }

    static ReplayBody IBody<ReplayBody>.Read(ref Utf8JsonReader reader) =>
        JsonMembers.ReadBody(ref reader, "since").Number("since") is { } since
            ? new ReplayBody { Since = since }
            : throw new BodyException("since", "since is required");
}
