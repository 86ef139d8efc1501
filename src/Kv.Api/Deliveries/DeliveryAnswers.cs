using System.Text.Json.Serialization;
using Kv.Api.OpenApi.Attributes;
using Kv.Application.Deliveries;
using Kv.Domain.Deliveries;
using Kv.Domain.Webhooks;

namespace Kv.Api.Deliveries;

/// <summary>A page of deliveries.</summary>
public sealed record DeliveryListing
{
    /// <summary>The deliveries, in the order of the changes; delivered ones the latest first.</summary>
    public required IReadOnlyList<StoredDelivery> Items { get; init; }

    /// <inheritdoc cref="KeyValues.Contracts.KeyPage.Cursor"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Cursor { get; init; }
}

/// <summary>A delivery that is pending, has failed, or was delivered.</summary>
public sealed record StoredDelivery
{
    /// <summary>The id, which receivers get as `webhook-id`; the same at every attempt.</summary>
    /// <example>msg_7f0c6f0e3f0a4f439f0b0d1f6f1d2c3b_42_0123456789abcdef</example>
    public required string Id { get; init; }

    /// <summary>The webhook.</summary>
    /// <example>7f0c6f0e-3f0a-4f43-9f0b-0d1f6f1d2c3b</example>
    public required Guid WebhookId { get; init; }

    /// <summary>`pending`, `failed` after the last attempt, or `delivered`.</summary>
    /// <example>failed</example>
    [OneOf("pending", "failed", "delivered")]
    public required string Status { get; init; }

    /// <summary>The event: `create`, `update`, `delete` or `expire`.</summary>
    /// <example>update</example>
    [OneOf(EventFilter.Create, EventFilter.Update, EventFilter.Delete, EventFilter.Expire)]
    public required string Event { get; init; }

    /// <summary>The changed key.</summary>
    /// <example>user:42</example>
    public required string Key { get; init; }

    /// <inheritdoc cref="KeyValues.Contracts.HistoryEntry.Revision"/>
    public required long Revision { get; init; }

    /// <summary>The last attempts, oldest first; of a delivered one only the accepted attempt.</summary>
    public required IReadOnlyList<DeliveryAttempt> Attempts { get; init; }

    /// <summary>
    /// The number of attempts of a delivered one, of which at most 20 that failed count; absent for others.
    /// </summary>
    /// <example>2</example>
    public int? AttemptCount { get; init; }

    /// <summary>The time of the next attempt; null unless the delivery is pending.</summary>
    /// <example>2026-01-01T00:00:05+00:00</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>The reason of the final failure; null unless the delivery has failed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? FailedReason { get; init; }

    internal static StoredDelivery From(DeliveryDto dto) => new()
    {
        Id = dto.Id,
        WebhookId = dto.WebhookId,
        Status = dto.Status,
        Event = dto.Event,
        Key = dto.Key,
        Revision = dto.Revision,
        Attempts = [.. dto.Attempts.Select(DeliveryAttempt.From)],
        AttemptCount = dto.AttemptCount,
        NextAttemptAt = dto.NextAttemptAt,
        FailedReason = dto.FailedReason,
    };
}

/// <summary>The result of a redelivery of failed deliveries.</summary>
public sealed record RedeliverFailedAnswer
{
    /// <summary>The number of deliveries that are due now.</summary>
    /// <example>12</example>
    public required int Count { get; init; }

    /// <summary>Whether more have failed: repeat the call.</summary>
    /// <example>false</example>
    public required bool More { get; init; }
}

/// <summary>One attempt to send a message to a receiver.</summary>
public sealed record DeliveryAttempt
{
    /// <summary>The start of the attempt.</summary>
    /// <example>2026-01-01T00:00:00+00:00</example>
    public required DateTimeOffset At { get; init; }

    /// <summary>The duration in milliseconds.</summary>
    /// <example>12</example>
    public required long DurationMs { get; init; }

    /// <summary>The status of the receiver's answer; null without an answer.</summary>
    /// <example>503</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int? Status { get; init; }

    /// <summary>The error that prevented or cut off the answer; null when no error occurred.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Error { get; init; }

    /// <summary>The first bytes of the receiver's answer.</summary>
    /// <example>busy</example>
    public required string Answer { get; init; }

    internal static DeliveryAttempt From(Attempt attempt) => new()
    {
        At = attempt.At,
        DurationMs = (long)attempt.Duration.TotalMilliseconds,
        Status = attempt.Status,
        Error = attempt.Error,
        Answer = attempt.Answer,
    };
}
