using Kv.Domain.Deliveries;
using Kv.Domain.Webhooks;

namespace Kv.Infrastructure.Deliveries;

/// <summary>Makes the attempts of one webhook's deliveries, and keeps account of what was not accepted.</summary>
internal sealed class LaneWorker(LaneContext context, Lock gate)
{
    private DateTimeOffset? _failingSince;

    // Whether the store may have a note that the webhook fails.
    private bool _isMarked;

    /// <summary>Whether the last attempt that came to its end failed.</summary>
    public bool IsFailing
    {
        get
        {
            lock (gate)
                return _failingSince is not null;
        }
    }

    /// <summary>Takes note that the webhook has done nothing but fail for a while, as the store knows.</summary>
    public void RestoreFailing(DateTimeOffset since)
    {
        lock (gate)
            (_failingSince, _isMarked) = (since, true);
    }

    /// <summary>Forgets the failures: the webhook was enabled, and is not to be disabled again for what was before.</summary>
    public void StartAfresh()
    {
        lock (gate)
            _failingSince = null;
    }

    /// <summary>Makes an attempt.</summary>
    /// <returns>When to make the next one; null when the delivery is done with.</returns>
    /// <exception cref="OperationCanceledException">The watcher's term is over. Whoever leads next makes the attempt.</exception>
    public async Task<DateTimeOffset?> Deliver(LaneItem item, Webhook webhook)
    {
        Delivery? stored = null;
        if (item.Event is not { } @event)
        {
            if (await context.Log.Read(webhook.Tenant, item.Id, context.Lost) is not { } found)
                return null;
            (stored, @event) = found;
        }
        var delivery = stored ?? Delivery.Due(item.Id, webhook.Tenant, @event, context.Time.GetUtcNow());
        if (!webhook.IsActive)
        {
            delivery.GiveUp("The webhook is disabled.");
            await Keep(item, delivery, @event);
            return null;
        }
        var attempt = await context.Sender.Send(webhook, item.Id.ToString(), @event, context.Cut);
        context.Telemetry.Attempted(webhook, item.Id, attempt);
        if (attempt.IsAccepted)
        {
            context.Telemetry.Delivered(Age(item));
            await Drop(item, webhook);
            await EndFailing(webhook);
            return null;
        }
        delivery.Fail(attempt, context.Options.RetrySchedule, Random.Shared);
        if (delivery.NextAttemptAt is not null)
            context.Telemetry.WillRetry();
        await Keep(item, delivery, @event);
        await GoOnFailing(webhook, attempt);
        return delivery.NextAttemptAt;
    }

    // What was stored in between knows the second alone at which it was seen.
    private TimeSpan Age(LaneItem item) => item.WrittenAt != 0
        ? context.Time.GetElapsedTime(item.WrittenAt)
        : context.Time.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(item.Timestamp);

    private async Task Drop(LaneItem item, Webhook webhook)
    {
        // It may be on its way to the store at this moment; there it must not stay.
        if (BeginClosing(item) is { } storing)
        {
            await storing;
            await context.Log.Remove(webhook.Tenant, item.Id);
        }
        Settle(item);
    }

    private async Task Keep(LaneItem item, Delivery delivery, DeliveryEvent @event)
    {
        var storing = BeginClosing(item);
        if (storing is not null)
            await storing;
        if (storing is null || delivery.Status == DeliveryStatus.Failed)
            await context.Log.SaveWhole(delivery, @event);
        else
            await context.Log.Save(delivery);
        if (delivery.Status == DeliveryStatus.Failed)
            context.Telemetry.GivenUp(delivery);
        lock (gate)
        {
            item.Storing = Task.CompletedTask;
            item.IsClosing = false;
        }
        Settle(item);
    }

    // Returns what stores it, if somebody does; from now on nobody else begins to.
    private Task? BeginClosing(LaneItem item)
    {
        lock (gate)
        {
            item.IsClosing = true;
            return item.Storing;
        }
    }

    private void Settle(LaneItem item)
    {
        lock (gate)
            context.LetGo(item.Settle());
    }

    private async Task EndFailing(Webhook webhook)
    {
        lock (gate)
        {
            if (!_isMarked)
                return;
            (_failingSince, _isMarked) = (null, false);
        }
        await context.Log.ClearFailing(webhook);
    }

    private async Task GoOnFailing(Webhook webhook, Attempt attempt)
    {
        DateTimeOffset since;
        bool isFirst;
        lock (gate)
        {
            isFirst = _failingSince is null;
            since = _failingSince ??= attempt.At;
            _isMarked = true;
        }
        if (isFirst)
            await context.Log.MarkFailing(webhook, since);
        if (attempt.IsGone)
            await context.Disable(webhook, "The receiver answered 410 Gone.");
        else if (attempt.At - since >= context.Options.DisableAfter)
            await context.Disable(webhook, $"Every delivery has failed since {since.UtcDateTime:u}.");
    }
}
