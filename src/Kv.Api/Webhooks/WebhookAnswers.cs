using System.Text.Json;
using System.Text.Json.Serialization;
using Kv.Application.Deliveries;
using Kv.Application.Webhooks;

namespace Kv.Api.Webhooks;

/// <summary>A webhook that was registered.</summary>
public sealed record RegisteredWebhook
{
    /// <summary>Its id.</summary>
    /// <example>7f0c6f0e-3f0a-4f43-9f0b-0d1f6f1d2c3b</example>
    public required Guid Id { get; init; }
}

/// <summary>A webhook as it stands. Its secret and the values of its headers are never shown.</summary>
public sealed record StoredWebhook
{
    /// <summary>Its id.</summary>
    /// <example>7f0c6f0e-3f0a-4f43-9f0b-0d1f6f1d2c3b</example>
    public required Guid Id { get; init; }

    /// <summary>The namespace.</summary>
    /// <example>default</example>
    public required string Namespace { get; init; }

    /// <summary>The name of the app within it.</summary>
    /// <example>default</example>
    [JsonPropertyName("appName")]
    public required string AppName { get; init; }

    /// <summary>The key, or a prefix with `*` behind it.</summary>
    /// <example>user:*</example>
    public required string Key { get; init; }

    /// <summary>The event; an array when there are several.</summary>
    /// <example>update</example>
    [JsonConverter(typeof(EventNamesConverter))]
    public required IReadOnlyList<string> Event { get; init; }

    /// <summary>Where it sends.</summary>
    /// <example>https://example.com/hooks/users</example>
    public required string Endpoint { get; init; }

    /// <summary>The HTTP method.</summary>
    /// <example>POST</example>
    public required string Method { get; init; }

    /// <summary>Its own headers, with every value masked; absent when there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>The object whose members stand at the top level of the body; absent when there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? Payload { get; init; }

    /// <summary>Whether the body tells of the change.</summary>
    /// <example>true</example>
    public required bool AddEventData { get; init; }

    /// <summary>The second of Unix time at which it was registered.</summary>
    /// <example>1767225600</example>
    public required long CreatedAt { get; init; }

    /// <summary>Whether an update that sets the value that was there before is passed over.</summary>
    /// <example>false</example>
    public required bool ChangedOnly { get; init; }

    /// <summary>How long a delivery may take; absent for the deployment's default.</summary>
    /// <example>10</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? TimeoutSeconds { get; init; }

    /// <summary>`********` when its messages are signed; absent when they are not.</summary>
    /// <example>********</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Secret { get; init; }

    /// <summary>`active`, or `disabled` when it does not fire.</summary>
    /// <example>active</example>
    public required string Status { get; init; }

    /// <summary>Why it does not fire; absent while it does.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? DisabledReason { get; init; }

    internal static StoredWebhook Of(WebhookDto dto) => new()
    {
        Id = dto.Id,
        Namespace = dto.Namespace,
        AppName = dto.AppName,
        Key = dto.Key,
        Event = dto.Events,
        Endpoint = dto.Endpoint,
        Method = dto.Method,
        Headers = dto.HeaderNames.Count == 0 ? null : dto.HeaderNames.ToDictionary(name => name, _ => WebhookInput.Masked),
        Payload = dto.Payload.IsEmpty ? null : JsonElement.Parse(dto.Payload.Span),
        AddEventData = dto.AddEventData,
        CreatedAt = dto.CreatedAt,
        ChangedOnly = dto.ChangedOnly,
        TimeoutSeconds = dto.TimeoutSeconds,
        Secret = dto.HasSecret ? WebhookInput.Masked : null,
        Status = dto.IsActive ? "active" : "disabled",
        DisabledReason = dto.DisabledReason,
    };
}

/// <summary>A new secret.</summary>
public sealed record RotatedSecret
{
    /// <summary>The secret. It is told this once.</summary>
    /// <example>whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw</example>
    public required string Secret { get; init; }
}

/// <summary>What came of a test event.</summary>
public sealed record PingAnswer
{
    /// <summary>When it was sent.</summary>
    /// <example>2026-01-01T00:00:00+00:00</example>
    public required DateTimeOffset At { get; init; }

    /// <summary>How long it took, in milliseconds.</summary>
    /// <example>12</example>
    public required long DurationMs { get; init; }

    /// <summary>The status of the receiver's answer; null when there was none.</summary>
    /// <example>200</example>
    public int? Status { get; init; }

    /// <summary>What went wrong; null when nothing did.</summary>
    public string? Error { get; init; }

    /// <summary>The first bytes of the receiver's answer.</summary>
    /// <example>ok</example>
    public required string Answer { get; init; }

    /// <summary>Whether the receiver took the message.</summary>
    /// <example>true</example>
    public required bool Accepted { get; init; }

    internal static PingAnswer Of(AttemptDto dto) => new()
    {
        At = dto.At,
        DurationMs = (long)dto.Duration.TotalMilliseconds,
        Status = dto.Status,
        Error = dto.Error,
        Answer = dto.Answer,
        Accepted = dto.IsAccepted,
    };
}

/// <summary>How many changes a webhook will be told of again.</summary>
public sealed record ReplayAnswer
{
    /// <summary>How many.</summary>
    /// <example>3</example>
    public required long Replayed { get; init; }
}
