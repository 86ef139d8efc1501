using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Kv.Api.Json;
using Kv.Application.Webhooks;

namespace Kv.Api.Webhooks;

/// <summary>What the bodies that say something of a webhook have in common.</summary>
public abstract record WebhookBody
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly bool _hasTimeoutSeconds;
    private readonly bool _hasSecret;

    private protected WebhookBody(BodyMembers members)
    {
        Key = members.Text("key");
        Event = members.TextOrTexts("event");
        Endpoint = members.Text("endpoint");
        Method = members.Text("method");
        Headers = members.Texts("headers");
        Payload = members.Object("payload");
        AddEventData = members.Flag("add_event_data");
        ChangedOnly = members.Flag("changed_only");
        TimeoutSeconds = members.Number("timeout_seconds");
        Secret = members.Text("secret");
        _hasTimeoutSeconds = members.Has("timeout_seconds");
        _hasSecret = members.Has("secret");
    }

    /// <summary>The key, or a prefix with `*` behind it: `*` alone stands for every key.</summary>
    /// <example>user:*</example>
    public string? Key { get; init; }

    /// <summary>`create`, `update`, `delete` (which is also told of expiries), `expire`, or `*` for all; or an array of such.</summary>
    /// <example>update</example>
    public IReadOnlyList<string>? Event { get; init; }

    /// <summary>Where to send: an absolute http or https URL.</summary>
    /// <example>https://example.com/hooks/users</example>
    public string? Endpoint { get; init; }

    /// <summary>GET, POST, PUT, DELETE, PATCH, OPTIONS or HEAD; POST where nothing is said.</summary>
    /// <example>POST</example>
    public string? Method { get; init; }

    /// <summary>Headers to send. In a change, `********` as a value leaves the one that is there as it is.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>An object whose members stand at the top level of the body.</summary>
    public JsonElement? Payload { get; init; }

    /// <summary>Whether the body tells of the change, in the member `event`.</summary>
    /// <example>true</example>
    public bool? AddEventData { get; init; }

    /// <summary>Whether an update that sets the value that was there before is passed over.</summary>
    /// <example>false</example>
    public bool? ChangedOnly { get; init; }

    /// <summary>How long a delivery may take, 1 to 30; null takes the deployment's default.</summary>
    /// <example>10</example>
    public long? TimeoutSeconds { get; init; }

    /// <summary>
    /// Signs the messages by Standard Webhooks: `whsec_` and the base64 of 24 to 64 bytes. Null is for no signature. In a
    /// change, `********` leaves the one that is there as it is.
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
        // Without its type, null would be taken for an array of bytes and become an empty payload, which clears.
        Payload = Payload is { } payload ? Bytes(payload) : (ReadOnlyMemory<byte>?)null,
        AddEventData = AddEventData,
        ChangedOnly = ChangedOnly,
        TimeoutSeconds = _hasTimeoutSeconds ? new Given<long?>(TimeoutSeconds) : null,
        Secret = _hasSecret ? new Given<string?>(Secret) : null,
    };

    /// <summary>The name of the type alone: MVC's own log shows what an action is given, and this holds secrets.</summary>
    public sealed override string ToString() => GetType().Name;

    // Without the caller's spaces, and empty where there is no member.
    private static ReadOnlyMemory<byte> Bytes(JsonElement payload)
    {
        if (!payload.EnumerateObject().Any())
            return default;
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Plain))
            payload.WriteTo(writer);
        return buffer.WrittenMemory;
    }
}

/// <summary>A webhook to register.</summary>
[JsonConverter(typeof(RegisterWebhookBodyConverter))]
public sealed record RegisterWebhookBody : WebhookBody
{
    internal static readonly string[] Members =
    [
        "key", "event", "endpoint", "method", "headers", "payload", "add_event_data", "changed_only", "timeout_seconds", "secret",
    ];

    internal RegisterWebhookBody(BodyMembers members)
        : base(members)
    {
    }
}

/// <summary>What to change of a webhook. What is left out, and a key, event, endpoint or method that is empty, stays as it was.</summary>
[JsonConverter(typeof(UpdateWebhookBodyConverter))]
public sealed record UpdateWebhookBody : WebhookBody
{
    // What only Kv sets may stand in a body, so that an answer can be edited and sent back.
    internal static readonly string[] Members =
        [.. RegisterWebhookBody.Members, "status", "id", "namespace", "appName", "created_at", "disabled_reason"];

    internal UpdateWebhookBody(BodyMembers members)
        : base(members) => Status = members.Text("status");

    /// <summary>`active` lets the webhook fire, `disabled` stops it.</summary>
    /// <example>active</example>
    public string? Status { get; init; }

    internal new WebhookInput ToInput() => base.ToInput() with { Status = Status };
}

/// <summary>From where on to tell a webhook of changes again.</summary>
[JsonConverter(typeof(ReplayBodyConverter))]
public sealed record ReplayBody
{
    /// <summary>The revision after which the first of these changes happened.</summary>
    /// <example>42</example>
    public required long Since { get; init; }
}
