using Kv.Domain.Deliveries;

namespace Kv.Application.Deliveries;

/// <summary>The states of the delivery of a change.</summary>
public enum DeliveryVerdict
{
    /// <summary>The receiver accepted it.</summary>
    Delivered,

    /// <summary>It waits for an attempt.</summary>
    Pending,

    /// <summary>It waits for an earlier delivery of its key.</summary>
    HeldBack,

    /// <summary>It has failed for good.</summary>
    Failed,

    /// <summary>The webhook is disabled.</summary>
    Disabled,

    /// <summary>The rules for targets refuse the endpoint.</summary>
    RefusedByRules,

    /// <summary>The webhook does not receive changes of this kind.</summary>
    NotMatched,

    /// <summary>The webhook was registered after the change.</summary>
    RegisteredLater,

    /// <summary>The leader has not settled the change yet.</summary>
    NotSeen,

    /// <summary>The webhook's backlog was full.</summary>
    Dropped,

    /// <summary>The store has too little information.</summary>
    Unknown,
}

/// <summary>A verdict with its explanation, for the webhook's owner.</summary>
/// <param name="Detail">The reason of the verdict.</param>
/// <param name="Remedy">The next step for the owner; null when there is none.</param>
public sealed record DeliveryFinding(DeliveryVerdict Verdict, string Detail, string? Remedy)
{
    private const string AskAgain = "Ask again in a few seconds.";

    /// <summary>The finding for a key of which the store keeps no change.</summary>
    internal static DeliveryFinding OfNoChange(KeyHistory past) => new(
        DeliveryVerdict.Unknown,
        past.OldestRevision > 0
            ? $"The store keeps no change of the key. It has compacted everything before revision "
                + $"{past.OldestRevision}."
            : past.Before is { } before
                ? $"The key does not exist, and no change of it was found from revision {before} on."
                : "The key was never written.",
        "Check the name of the key, and the headers that name its tenant.");

    /// <summary>The finding for the last change of a key.</summary>
    /// <param name="isSameValue">Whether the change set the value that the key had.</param>
    /// <param name="refusal">The rule that refuses the endpoint, as far as it is known without a call.</param>
    internal static DeliveryFinding From(
        Webhook webhook, Key key, HistoryEntry change, DeliveryTrail trail, bool isSameValue, string? refusal)
    {
        var replay = $"POST /webhooks/{webhook.Id:D}/replay with {{\"since\":{change.Revision - 1}}} sends it";
        if (trail.Accepted is { } accepted)
            return new(
                DeliveryVerdict.Delivered,
                $"The receiver answered {accepted.Status} at {accepted.At + accepted.Duration:u}, to attempt "
                + $"{accepted.AttemptCount}.",
                null);
        if (webhook.DisabledReason is { } reason)
            return new(
                DeliveryVerdict.Disabled, $"The webhook is disabled: {reason}",
                "Correct the cause, and enable the webhook with PUT and {\"status\":\"active\"}. "
                + (trail.Stored is { } kept ? $"Then {Redeliver(kept)} sends the change." : $"Then {replay}."));
        if (trail.Stored is { } stored)
            return stored.Status == DeliveryStatus.Pending ? OfPending(stored, trail.HeldBy) : OfFailed(stored);
        if (change.Revision <= webhook.CreateRevision)
            return new(
                DeliveryVerdict.RegisteredLater,
                $"The webhook was registered at revision {webhook.CreateRevision}, after the change.", $"{replay}.");
        if (Mismatch(webhook.Settings, key, change, isSameValue) is { } mismatch)
            return new(
                DeliveryVerdict.NotMatched, mismatch,
                $"Change the webhook with PUT if it should receive it. Then {replay}.");
        return trail.Cursor >= change.Revision
            ? AfterSettling(webhook, change, trail, replay)
            : OfUnsettled(trail, refusal);
    }

    private static DeliveryFinding OfPending(Delivery stored, Delivery? heldBy) =>
        heldBy is not null ? OfHeldBack(heldBy)
        : IsRefused(stored) ? OfRefused(Last(stored)!)
        : Last(stored) is { } outcome ? new(
            DeliveryVerdict.Pending,
            $"The last attempt was not accepted: {outcome} The next one is at {stored.NextAttemptAt:u}.",
            $"Correct the receiver. Kv tries again by itself; {Redeliver(stored)} tries now.")
        : new(DeliveryVerdict.Pending, "The delivery waits for its first attempt.", AskAgain);

    private static DeliveryFinding OfFailed(Delivery stored) => IsRefused(stored)
        ? OfRefused(Last(stored)!)
        : new(
            DeliveryVerdict.Failed,
            Last(stored) is { } outcome ? $"{stored.FailedReason} The last one: {outcome}" : stored.FailedReason!,
            $"Correct the receiver. Then {Redeliver(stored)} sends the change.");

    private static DeliveryFinding OfUnsettled(DeliveryTrail trail, string? refusal) =>
        trail.HeldBy is { } heldBy ? OfHeldBack(heldBy)
        : refusal is not null ? OfRefused($"{IWebhookTargets.NotAllowed} {refusal}.")
        : new(
            DeliveryVerdict.NotSeen,
            $"The leader has settled every change up to revision {trail.Cursor ?? 0}. This change is later: the leader "
            + "has not read it yet, or its first attempt is in flight.",
            $"{AskAgain} If the cursor does not move, see in /readyz of each replica whether one leads.");

    // Without a stored delivery, the webhook's own revision decides: every change of the webhook increases it.
    private static DeliveryFinding AfterSettling(
        Webhook webhook, HistoryEntry change, DeliveryTrail trail, string replay) =>
        webhook.Revision < change.Revision
            ? new(
                DeliveryVerdict.Delivered,
                "The receiver accepted the delivery: the leader has settled the change, and no delivery of it waits or "
                + "has failed within 7 days.",
                null)
        : webhook.Dropped > 0 && !trail.IsLogFull
            ? new(
                DeliveryVerdict.Dropped,
                "The webhook's backlog was full. Dropped deliveries since "
                + $"{DateTimeOffset.FromUnixTimeSeconds(webhook.DroppedSince):u}: {webhook.Dropped}. "
                + "No delivery of this change is stored.",
                $"Correct the receiver, so that the backlog empties. Then {replay}.")
        : new(
            DeliveryVerdict.Unknown,
            "The webhook was changed after this change of the key, and the log of accepted deliveries does not contain "
            + "it. Either Kv delivered it earlier than the log reaches back, or the webhook was disabled, was full or "
            + "did not match at that time.",
            $"{replay} again, under its webhook-id.");

    private static DeliveryFinding OfHeldBack(Delivery heldBy) => new(
        DeliveryVerdict.HeldBack,
        $"Deliveries of one key are sent in their order. The one of revision {heldBy.Id.Revision} is first, and is not "
        + $"accepted yet{(Last(heldBy) is { } outcome ? $": {outcome}" : ".")}",
        $"Correct the receiver. Kv tries again by itself; {Redeliver(heldBy)} tries now.");

    private static DeliveryFinding OfRefused(string refusal) => new(
        DeliveryVerdict.RefusedByRules, refusal,
        "Choose another endpoint with PUT, or let the operator allow the address (WEBHOOK_TARGETS, "
        + "WEBHOOK_TARGETS_ALLOW, WEBHOOK_TARGETS_DENY).");

    private static string? Mismatch(WebhookSettings settings, Key key, HistoryEntry change, bool isSameValue) =>
        !settings.Pattern.Matches(key.Value)
            ? $"The webhook receives changes of {settings.Pattern}, which does not match the key."
        : !settings.Events.Matches(change.Kind)
            ? $"The event of the last change is {DeliveryProfile.NameOf(change.Kind)}, and the webhook receives "
            + $"{string.Join(", ", settings.Events.Names)}."
        : isSameValue
            ? "The last change set the value that the key had, and the webhook skips such updates (changed_only)."
        : null;

    private static bool IsRefused(Delivery stored) =>
        stored.Attempts is [.., { Error: { } error }]
        && error.StartsWith(IWebhookTargets.NotAllowed, StringComparison.Ordinal);

    private static string? Last(Delivery stored) =>
        stored.Attempts is [.., var last] ? last.Error ?? $"The receiver answered {last.Status}." : null;

    private static string Redeliver(Delivery stored) => $"POST /deliveries/{stored.Id}/redeliver";
}
