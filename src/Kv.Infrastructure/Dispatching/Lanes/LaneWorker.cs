using Kv.Infrastructure.Deliveries;

namespace Kv.Infrastructure.Dispatching.Lanes;

/// <summary>Makes the attempts of one webhook's deliveries, and stores their outcomes.</summary>
internal sealed class LaneWorker(
    LaneStorage storage, WebhookFailures failures, DeliveryStore store, IWebhookSender sender, AcceptedLog accepted,
    DeliveryOptions options, DeliveryTelemetry telemetry, TimeProvider time)
{
    /// <summary>Makes an attempt.</summary>
    /// <returns>The wait until the next attempt; null when the delivery is complete.</returns>
    /// <exception cref="OperationCanceledException">
    /// The attempt was cancelled, or the term has ended: the next leader makes it.
    /// </exception>
    public async Task<TimeSpan?> Deliver(LaneItem item, Webhook webhook, CancellationToken cancellationToken)
    {
        Delivery? stored = null;
        if (item.Event is not { } @event)
        {
            if (await store.Read(webhook.Tenant, item.Id) is not { } found)
                return null;
            (stored, @event) = found;
        }
        var delivery = stored ?? Delivery.Due(item.Id, webhook.Tenant, @event, time.GetUtcNow());
        if (!webhook.IsActive)
        {
            delivery.GiveUp("The webhook is disabled.");
            await storage.StoreOutcome(item, delivery, @event);
            return null;
        }
        var message = await store.WithPrevious(@event, item.Id, webhook);
        var attempt = await sender.Send(webhook, item.Id.ToString(), message, cancellationToken);
        telemetry.Attempted(webhook, item.Id, attempt);
        if (attempt.IsAccepted)
        {
            telemetry.Delivered(Age(item));
            // Added before the revision is settled: so the save of the cursor past it can contain this entry.
            accepted.Add(webhook, new AcceptedDelivery(
                item.Id, @event.Kind!.Value, item.Key, delivery.Attempts.Count + 1, attempt.At, attempt.Duration,
                attempt.Status!.Value));
            await storage.Complete(item);
            await failures.RecordSuccess(webhook);
            return null;
        }
        delivery.Fail(attempt, options.RetrySchedule, Random.Shared);
        if (delivery.NextAttemptAt is not null)
            telemetry.WillRetry();
        var isKept = await storage.StoreOutcome(item, delivery, @event);
        await failures.RecordFailure(webhook, attempt);
        return isKept ? delivery.Wait : null;
    }

    // A delivery that was read from the store contains only the second at which its change was seen.
    private TimeSpan Age(LaneItem item) => item.WrittenAt != 0
        ? time.GetElapsedTime(item.WrittenAt)
        : time.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(item.Timestamp);
}
