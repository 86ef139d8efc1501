using System.Text.Json;
using Kv.Api.OpenApi.Attributes;
using Kv.Application.Deliveries;

namespace Kv.Api.Deliveries;

/// <summary>The answer to the question why the last change of a key has not arrived at a webhook.</summary>
public sealed record ExplanationAnswer
{
    /// <summary>
    /// What became of the delivery: `delivered`; `pending` (it waits for an attempt); `held_back` (it waits for an
    /// earlier delivery of its key); `failed` (for good); `disabled` (the webhook is); `refused_by_rules` (the rules
    /// for targets refuse the endpoint); `not_matched` (by key, event or `changed_only`); `registered_later` (the
    /// webhook, after the change); `not_seen` (the leader has not settled the change yet); `dropped` (the webhook's
    /// backlog was full); `unknown`.
    /// </summary>
    /// <example>pending</example>
    [OneOf(
        "delivered", "pending", "held_back", "failed", "disabled", "refused_by_rules", "not_matched",
        "registered_later", "not_seen", "dropped", "unknown")]
    public required string Verdict { get; init; }

    /// <summary>The reason of the verdict.</summary>
    /// <example>The delivery waits for its first attempt.</example>
    public required string Detail { get; init; }

    /// <summary>What you can do; null when there is nothing to do.</summary>
    /// <example>Ask again in a few seconds.</example>
    public string? Remedy { get; init; }

    /// <summary>The last change of the key; null when the store keeps none.</summary>
    public ExplainedKeyChange? Change { get; init; }

    /// <summary>The delivery of the change, if it is stored or among the last delivered ones; otherwise null.</summary>
    public StoredDelivery? Delivery { get; init; }

    /// <summary>The earlier delivery of the key that is sent first; null without one.</summary>
    public StoredDelivery? HeldBy { get; init; }

    /// <summary>
    /// The revision up to which the leader has sent or stored every delivery; null when it is not known.
    /// </summary>
    /// <example>41</example>
    public long? Cursor { get; init; }

    internal static ExplanationAnswer From(DeliveryExplanation explained) => new()
    {
        Verdict = JsonNamingPolicy.SnakeCaseLower.ConvertName($"{explained.Finding.Verdict}"),
        Detail = explained.Finding.Detail,
        Remedy = explained.Finding.Remedy,
        Change = explained.Change is { } change ? ExplainedKeyChange.From(change) : null,
        Delivery = explained.Delivery is { } delivery ? StoredDelivery.From(delivery) : null,
        HeldBy = explained.HeldBy is { } heldBy ? StoredDelivery.From(heldBy) : null,
        Cursor = explained.Cursor,
    };
}

/// <summary>The last change of a key.</summary>
public sealed record ExplainedKeyChange
{
    /// <summary>The revision of the change.</summary>
    /// <example>42</example>
    public required long Revision { get; init; }

    /// <summary>The event: `create`, `update`, `delete` or `expire`.</summary>
    /// <example>update</example>
    [OneOf("create", "update", "delete", "expire")]
    public required string Event { get; init; }

    /// <summary>When Kv read the change, to the second; null unless its delivery is stored.</summary>
    /// <example>2026-01-01T00:00:00+00:00</example>
    public DateTimeOffset? At { get; init; }

    internal static ExplainedKeyChange From(ExplainedChange change) =>
        new() { Revision = change.Revision, Event = change.Event, At = change.At };
}
