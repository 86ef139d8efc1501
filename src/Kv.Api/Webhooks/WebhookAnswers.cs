using System.Text.Json;
using System.Text.Json.Serialization;
using Kv.Api.OpenApi.Attributes;
using Kv.Application.Webhooks;
using Kv.Domain.Access;
using Kv.Domain.Deliveries;

namespace Kv.Api.Webhooks;

/// <summary>A registered webhook.</summary>
public sealed record RegisteredWebhook
{
    /// <inheritdoc cref="StoredWebhook.Id"/>
    public required Guid Id { get; init; }
}

/// <summary>A stored webhook. Answers never contain its secret or the password in its endpoint.</summary>
public sealed record StoredWebhook
{
    /// <summary>The id.</summary>
    /// <example>7f0c6f0e-3f0a-4f43-9f0b-0d1f6f1d2c3b</example>
    public required Guid Id { get; init; }

    /// <summary>The namespace.</summary>
    /// <example>default</example>
    public required string Namespace { get; init; }

    /// <summary>The name of the app within it.</summary>
    /// <example>default</example>
    [JsonPropertyName("appName")]
    public required string AppName { get; init; }

    /// <summary>The key, or a prefix followed by `*`.</summary>
    /// <example>user:*</example>
    public required string Key { get; init; }

    /// <summary>The event; an array for several events.</summary>
    /// <example>update</example>
    [JsonConverter(typeof(EventNamesConverter))]
    public required IReadOnlyList<string> Event { get; init; }

    /// <summary>The URL to call; a password in it is masked as `********`.</summary>
    /// <example>https://example.com/hooks/users</example>
    public required string Endpoint { get; init; }

    /// <summary>The HTTP method.</summary>
    /// <example>POST</example>
    [OneOf("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD")]
    public required string Method { get; init; }

    /// <summary>The additional headers; absent for none. Hidden values are masked as `********`.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>Stored headers that are reserved by now and therefore not sent; absent for none.</summary>
    public IReadOnlyList<string>? HeadersNotSent { get; init; }

    /// <summary>An object whose members are added at the top level of the body; absent for none.</summary>
    public JsonElement? Payload { get; init; }

    /// <summary>Whether the body contains the change.</summary>
    /// <example>true</example>
    public required bool AddEventData { get; init; }

    /// <summary>The time of registration, in Unix seconds.</summary>
    /// <example>1767225600</example>
    public required long CreatedAt { get; init; }

    /// <inheritdoc cref="WebhookBody.ChangedOnly"/>
    public required bool ChangedOnly { get; init; }

    /// <summary>True when the body contains the key's previous state; otherwise absent.</summary>
    public bool? IncludePrevious { get; init; }

    /// <summary>The timeout of an attempt, in seconds; absent for the deployment's default.</summary>
    /// <example>10</example>
    public int? TimeoutSeconds { get; init; }

    /// <summary>`********` when the messages are signed; otherwise absent.</summary>
    /// <example>********</example>
    public string? Secret { get; init; }

    /// <summary>`active` or `disabled`.</summary>
    /// <example>active</example>
    [OneOf("active", "disabled")]
    public required string Status { get; init; }

    /// <summary>The reason why the webhook is disabled; absent while it is active.</summary>
    public string? DisabledReason { get; init; }

    /// <summary>
    /// The caller that registered the webhook, set its present endpoint or enabled it last; absent when it is unknown.
    /// </summary>
    public WebhookRegistrant? RegisteredBy { get; init; }

    /// <summary>
    /// The number of deliveries dropped because of a full backlog since the webhook was last set to `active`; absent
    /// without drops.
    /// </summary>
    /// <example>17</example>
    public long? Dropped { get; init; }

    /// <summary>The Unix second of the first drop; absent without drops.</summary>
    /// <example>1767225600</example>
    public long? DroppedSince { get; init; }

    internal static StoredWebhook From(WebhookDto dto) => new()
    {
        Id = dto.Id,
        Namespace = dto.Namespace,
        AppName = dto.AppName,
        Key = dto.Key,
        Event = dto.Events,
        Endpoint = dto.Endpoint,
        Method = dto.Method,
        Headers = dto.Headers.Count == 0 ? null : dto.Headers,
        HeadersNotSent = dto.HeadersNotSent.Count == 0 ? null : dto.HeadersNotSent,
        Payload = dto.Payload.IsEmpty ? null : JsonElement.Parse(dto.Payload.Span),
        AddEventData = dto.AddEventData,
        CreatedAt = dto.CreatedAt,
        ChangedOnly = dto.ChangedOnly,
        IncludePrevious = dto.IncludePrevious ? true : null,
        TimeoutSeconds = dto.TimeoutSeconds,
        Secret = dto.HasSecret ? WebhookInput.Masked : null,
        Status = dto.IsActive ? "active" : "disabled",
        DisabledReason = dto.DisabledReason,
        RegisteredBy = WebhookRegistrant.From(dto.RegisteredBy),
        Dropped = dto.Dropped == 0 ? null : dto.Dropped,
        DroppedSince = dto.Dropped == 0 ? null : dto.DroppedSince,
    };
}

/// <summary>The identity that is responsible for a webhook: an API key, or the subject of a token.</summary>
public sealed record WebhookRegistrant
{
    /// <summary>The id of the API key; absent for a token.</summary>
    /// <example>1f0c6f0e3f0a4f43</example>
    public string? ApiKey { get; init; }

    /// <summary>The subject of the token; absent for an API key.</summary>
    public string? Subject { get; init; }

    /// <summary>The issuer of the token; absent for an API key.</summary>
    public string? Issuer { get; init; }

    internal static WebhookRegistrant? From(Principal? principal) => principal is null
        ? null
        : new() { ApiKey = principal.ApiKey, Subject = principal.Subject, Issuer = principal.Issuer };
}

/// <summary>A new secret.</summary>
public sealed record RotatedSecret
{
    /// <summary>The secret. Only this answer contains it.</summary>
    /// <example>whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw</example>
    public required string Secret { get; init; }
}

/// <summary>The result of a test event.</summary>
public sealed record PingAnswer
{
    /// <summary>The time of sending.</summary>
    /// <example>2026-01-01T00:00:00+00:00</example>
    public required DateTimeOffset At { get; init; }

    /// <inheritdoc cref="Deliveries.DeliveryAttempt.DurationMs"/>
    public required long DurationMs { get; init; }

    /// <summary>The status of the receiver's answer; null without an answer.</summary>
    /// <example>200</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int? Status { get; init; }

    /// <summary>The error; null when no error occurred.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Error { get; init; }

    /// <summary>The first bytes of the receiver's answer.</summary>
    /// <example>ok</example>
    public required string Answer { get; init; }

    /// <summary>Whether the receiver accepted the message.</summary>
    /// <example>true</example>
    public required bool Accepted { get; init; }

    /// <summary>The request; null when the stored endpoint is no address to call.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public PingRequest? Request { get; init; }

    internal static PingAnswer From(Attempt attempt) => new()
    {
        At = attempt.At,
        DurationMs = (long)attempt.Duration.TotalMilliseconds,
        Status = attempt.Status,
        Error = attempt.Error,
        Answer = attempt.Answer,
        Accepted = attempt.IsAccepted,
        Request = attempt.Request is { } sent ? new() { Headers = sent.Headers, Body = sent.Body } : null,
    };
}

/// <summary>The request of a test event. Its method and its address are those of the webhook.</summary>
public sealed record PingRequest
{
    /// <summary>
    /// The headers, without those of the connection. The signature, a password from the endpoint, and the values that
    /// answers hide are masked as `********`.
    /// </summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>The body, at most its first 4096 bytes.</summary>
    /// <example>{"event":{"event":"ping","key":"user:*","value":null,"timestamp":1767225600}}</example>
    public required string Body { get; init; }
}

/// <summary>The result of a replay.</summary>
public sealed record ReplayAnswer
{
    /// <summary>The number of changes that are sent again.</summary>
    /// <example>3</example>
    public required long Replayed { get; init; }
}
