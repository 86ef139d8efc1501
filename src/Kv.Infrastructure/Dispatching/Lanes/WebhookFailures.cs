using Kv.Infrastructure.Deliveries;

namespace Kv.Infrastructure.Dispatching.Lanes;

/// <summary>
/// The failures of a webhook since its last success. They are recorded in the store, and a webhook that only fails is
/// disabled.
/// </summary>
internal sealed class WebhookFailures(
    DeliveryStore store, WebhookOutcomes outcomes, DeliveryOptions options, TimeProvider time)
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
    public void Restore(FailureStreak streak)
    {
        lock (_gate)
            (_streak, _marked) = (streak, streak);
    }

    /// <summary>
    /// Forgets the failures: the webhook was enabled, and earlier failures must not disable it again.
    /// </summary>
    public void Forget()
    {
        lock (_gate)
            (_streak, _failedAt) = (null, 0);
    }

    public async Task RecordSuccess(Webhook webhook)
    {
        lock (_gate)
        {
            (_streak, _failedAt) = (null, 0);
            if (_marked is null)
                return;
            _marked = null;
        }
        await store.ClearFailing(webhook);
    }

    public async Task RecordFailure(Webhook webhook, Attempt attempt)
    {
        FailureStreak streak;
        bool isToMark;
        lock (_gate)
        {
            streak = _streak = Next(attempt);
            // Not every failure is recorded: the record of a leader that takes over may lag a little.
            isToMark = _marked is not { } marked || streak.Failures == FailureStreak.MinFailures
                || streak.Observed - marked.Observed >= options.DisableAfter / MarksUntilDisabled;
            if (isToMark)
                _marked = streak;
        }
        if (isToMark)
            await store.MarkFailing(webhook, streak);
        if (attempt.IsGone)
            await outcomes.Disable(webhook, "The receiver answered 410 Gone.");
        else if (streak.ShouldDisable(options.DisableAfter))
            await outcomes.Disable(webhook, $"Every delivery has failed since {streak.Since.UtcDateTime:u}.");
    }

    private FailureStreak Next(Attempt attempt)
    {
        var (now, before) = (time.GetTimestamp(), _failedAt);
        _failedAt = now;
        if (_streak is not { } streak)
            return new FailureStreak(attempt.At, 1, TimeSpan.Zero);
        var observed = before == 0 ? TimeSpan.Zero : time.GetElapsedTime(before, now);
        return streak with { Failures = streak.Failures + 1, Observed = streak.Observed + observed };
    }
}
