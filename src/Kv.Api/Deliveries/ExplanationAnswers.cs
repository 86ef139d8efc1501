using System.Text.Json;
using System.Text.Json.Serialization;
using Kv.Api.OpenApi.Attributes;
using Kv.Application.Deliveries;
using Kv.Domain.Webhooks;

namespace Kv.Api.Deliveries;

/// <summary>Explains whether a key's last change has arrived at a webhook.</summary>
public sealed record ExplanationAnswer
{
    /// <summary>
    /// The state of the delivery: `delivered`; `pending` (it waits for an attempt); `held_back` (it waits for an
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

    /// <summary>The next step for you; null when there is none.</summary>
    /// <example>Ask again in a few seconds.</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Remedy { get; init; }

    /// <summary>The last change of the key; null when the store keeps none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ExplainedKeyChange? Change { get; init; }

    /// <summary>The delivery of the change, if it is stored or among the last delivered ones; otherwise null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public StoredDelivery? Delivery { get; init; }

    /// <summary>The earlier delivery of the key that is sent first; null without one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public StoredDelivery? HeldBy { get; init; }

    /// <summary>
    /// The revision up to which the leader has sent or stored every delivery; null when it is not known.
    /// </summary>
    /// <example>41</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
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
    /// <inheritdoc cref="KeyValues.Contracts.HistoryEntry.Revision"/>
    public required long Revision { get; init; }

    /// <inheritdoc cref="StoredDelivery.Event"/>
    [OneOf(EventFilter.Create, EventFilter.Update, EventFilter.Delete, EventFilter.Expire)]
    public required string Event { get; init; }

    /// <summary>When Kv read the change, to the second; null unless its delivery is stored.</summary>
    /// <example>2026-01-01T00:00:00+00:00</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public DateTimeOffset? At { get; init; }

    internal static ExplainedKeyChange From(ExplainedChange change) =>
        new() { Revision = change.Revision, Event = change.Event, At = change.At };
}
