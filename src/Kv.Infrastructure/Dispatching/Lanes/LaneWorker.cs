using Kv.Domain.Deliveries;
using Kv.Domain.Webhooks;
using Kv.Infrastructure.Deliveries;

namespace Kv.Infrastructure.Dispatching.Lanes;

/// <summary>Makes the attempts of one webhook's deliveries, and stores their outcomes.</summary>
internal sealed class LaneWorker(LaneQueue queue, LaneBacklog backlog, LaneServices services)
{
    // How many times the store records that a webhook fails, until it is disabled.
    private const int MarksUntilDisabled = 50;

    private readonly Lock _gate = new();
    private FailureStreak? _streak;
    private long _failedAt;

    // The last record of its failures in the store; null when there is none.
    private FailureStreak? _marked;

    /// <summary>Whether the last completed attempt failed.</summary>
    public bool IsFailing
    {
        get
        {
            lock (_gate)
                return _streak is not null;
        }
    }

    /// <summary>Restores the stored record of a webhook that has only failed for a while.</summary>
    public void RestoreStreak(FailureStreak streak)
    {
        lock (_gate)
            (_streak, _marked) = (streak, streak);
    }

    /// <summary>
    /// Forgets the failures: the webhook was enabled, and earlier failures must not disable it again.
    /// </summary>
    public void ForgetFailures()
    {
        lock (_gate)
            (_streak, _failedAt) = (null, 0);
    }

    /// <summary>Makes an attempt.</summary>
    /// <returns>When to make the next attempt; null when the delivery is complete.</returns>
    /// <exception cref="OperationCanceledException">
    /// The attempt was cancelled, or the term has ended: the next leader makes it.
    /// </exception>
    public async Task<DateTimeOffset?> Deliver(LaneItem item, Webhook webhook, CancellationToken cancellationToken)
    {
        Delivery? stored = null;
        if (item.Event is not { } @event)
        {
            if (await services.Store.Read(webhook.Tenant, item.Id, services.TermOver) is not { } found)
                return null;
            (stored, @event) = found;
        }
        var delivery = stored ?? Delivery.Due(item.Id, webhook.Tenant, @event, services.Time.GetUtcNow());
        if (!webhook.IsActive)
        {
            delivery.GiveUp("The webhook is disabled.");
            await Store(item, delivery, @event);
            return null;
        }
        var message = await services.Store.WithPrevious(@event, item.Id, webhook, services.TermOver);
        var attempt = await services.Sender.Send(webhook, item.Id.ToString(), message, cancellationToken);
        services.Telemetry.Attempted(webhook, item.Id, attempt);
        if (attempt.IsAccepted)
        {
            services.Telemetry.Delivered(Age(item));
            // Added before the revision is settled: so the save of the cursor past it can contain this entry.
            services.Accepted.Add(webhook, new AcceptedDelivery(
                item.Id, @event.Kind!.Value, item.Key, delivery.Attempts.Count + 1, attempt.At, attempt.Duration,
                attempt.Status!.Value));
            await Complete(item, webhook);
            await RecordSuccess(webhook);
            return null;
        }
        delivery.Fail(attempt, services.Options.RetrySchedule, Random.Shared);
        if (delivery.NextAttemptAt is not null)
            services.Telemetry.WillRetry();
        var isKept = await Store(item, delivery, @event);
        await RecordFailure(webhook, attempt);
        return isKept ? services.Clock.Now + delivery.Wait : null;
    }

    // A delivery that was read from the store contains only the second at which its change was seen.
    private TimeSpan Age(LaneItem item) => item.WrittenAt != 0
        ? services.Time.GetElapsedTime(item.WrittenAt)
        : services.Time.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(item.Timestamp);

    private async Task Complete(LaneItem item, Webhook webhook)
    {
        try
        {
            if (await item.BeginClosing())
            {
                await services.Store.Remove(webhook.Tenant, item.Id);
                backlog.Changed();
            }
        }
        catch (StoreRejectedException error)
        {
            // Repeating the removal here would not end; the next leader sends the delivery again.
            services.Telemetry.LogCannotRemove(item.Id, error.Message);
        }
        queue.Settle(item);
    }

    // Returns false when there is no room for it.
    private async Task<bool> Store(LaneItem item, Delivery delivery, DeliveryEvent @event)
    {
        var isStored = await item.BeginClosing();
        if (!isStored && !await backlog.TryAdd(@event))
        {
            backlog.Drop(item);
            return false;
        }
        if (isStored && delivery.Status == DeliveryStatus.Pending)
            await services.Store.Save(delivery);
        else
            await services.Store.SaveWhole(delivery, @event);
        item.MarkStored();
        queue.Settle(item);
        if (delivery.Status == DeliveryStatus.Failed)
            services.Telemetry.GivenUp(delivery);
        return true;
    }

    private async Task RecordSuccess(Webhook webhook)
    {
        lock (_gate)
        {
            (_streak, _failedAt) = (null, 0);
            if (_marked is null)
                return;
            _marked = null;
        }
        await services.Store.ClearFailing(webhook);
    }

    private async Task RecordFailure(Webhook webhook, Attempt attempt)
    {
        FailureStreak streak;
        bool isToMark;
        lock (_gate)
        {
            streak = _streak = Next(attempt);
            // Not every failure is recorded: the record of a leader that takes over may lag a little.
            isToMark = _marked is not { } marked || streak.Failures == FailureStreak.MinFailures
                || streak.Observed - marked.Observed >= services.Options.DisableAfter / MarksUntilDisabled;
            if (isToMark)
                _marked = streak;
        }
        if (isToMark)
            await services.Store.MarkFailing(webhook, streak);
        if (attempt.IsGone)
            await services.Outcomes.Disable(webhook, "The receiver answered 410 Gone.");
        else if (streak.ShouldDisable(services.Options.DisableAfter))
            await services.Outcomes.Disable(webhook, $"Every delivery has failed since {streak.Since.UtcDateTime:u}.");
    }

    private FailureStreak Next(Attempt attempt)
    {
        var (now, before) = (services.Time.GetTimestamp(), _failedAt);
        _failedAt = now;
        if (_streak is not { } streak)
            return new FailureStreak(attempt.At, 1, TimeSpan.Zero);
        var observed = before == 0 ? TimeSpan.Zero : services.Time.GetElapsedTime(before, now);
        return streak with { Failures = streak.Failures + 1, Observed = streak.Observed + observed };
    }
}
