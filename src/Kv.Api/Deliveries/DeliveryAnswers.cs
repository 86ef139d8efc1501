using Kv.Application.Deliveries;
using Kv.Domain.Deliveries;

namespace Kv.Api.Deliveries;

/// <summary>A page of deliveries.</summary>
public sealed record DeliveryListing
{
    /// <summary>The deliveries, in the order in which what they tell of happened.</summary>
    public required IReadOnlyList<StoredDelivery> Items { get; init; }

    /// <summary>What to ask for the next page with; null when this is the last.</summary>
    public string? Cursor { get; init; }

    internal static DeliveryListing Of(DeliveryPage page) =>
        new() { Items = [.. page.Items.Select(StoredDelivery.Of)], Cursor = page.Cursor };
}

/// <summary>A delivery that waits for an attempt, or has failed.</summary>
public sealed record StoredDelivery
{
    /// <summary>Its id, which receivers see as `webhook-id`; the same at every attempt.</summary>
    /// <example>msg_7f0c6f0e3f0a4f439f0b0d1f6f1d2c3b_42_0123456789abcdef</example>
    public required string Id { get; init; }

    /// <summary>The webhook that it goes to.</summary>
    /// <example>7f0c6f0e-3f0a-4f43-9f0b-0d1f6f1d2c3b</example>
    public required Guid WebhookId { get; init; }

    /// <summary>`pending`, or `failed` when there will be no further attempt.</summary>
    /// <example>failed</example>
    public required string Status { get; init; }

    /// <summary>What happened: `create`, `update`, `delete` or `expire`.</summary>
    /// <example>update</example>
    public required string Event { get; init; }

    /// <summary>The key to which it happened.</summary>
    /// <example>user:42</example>
    public required string Key { get; init; }

    /// <summary>The store's revision at which it happened.</summary>
    /// <example>42</example>
    public required long Revision { get; init; }

    /// <summary>The last attempts, oldest first.</summary>
    public required IReadOnlyList<DeliveryAttempt> Attempts { get; init; }

    /// <summary>When it is due; null when it has failed.</summary>
    /// <example>2026-01-01T00:00:05+00:00</example>
    public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>Why there will be no further attempt; null while it waits.</summary>
    public string? FailedReason { get; init; }

    internal static StoredDelivery Of(DeliveryDto dto) => new()
    {
        Id = dto.Id,
        WebhookId = dto.WebhookId,
        Status = dto.Status == DeliveryStatus.Pending ? "pending" : "failed",
        Event = dto.Event,
        Key = dto.Key,
        Revision = dto.Revision,
        Attempts = [.. dto.Attempts.Select(DeliveryAttempt.Of)],
        NextAttemptAt = dto.NextAttemptAt,
        FailedReason = dto.FailedReason,
    };
}

/// <summary>One try to hand a message to a receiver.</summary>
public sealed record DeliveryAttempt
{
    /// <summary>When it began.</summary>
    /// <example>2026-01-01T00:00:00+00:00</example>
    public required DateTimeOffset At { get; init; }

    /// <summary>How long it took, in milliseconds.</summary>
    /// <example>12</example>
    public required long DurationMs { get; init; }

    /// <summary>The status of the receiver's answer; null when there was none.</summary>
    /// <example>503</example>
    public int? Status { get; init; }

    /// <summary>What went wrong without an answer, or in the middle of one; null when nothing did.</summary>
    public string? Error { get; init; }

    /// <summary>The first bytes of the receiver's answer.</summary>
    /// <example>busy</example>
    public required string Answer { get; init; }

    internal static DeliveryAttempt Of(AttemptDto dto) => new()
    {
        At = dto.At,
        DurationMs = (long)dto.Duration.TotalMilliseconds,
        Status = dto.Status,
        Error = dto.Error,
        Answer = dto.Answer,
    };
}
