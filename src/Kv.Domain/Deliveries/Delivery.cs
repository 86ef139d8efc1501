using Kv.Domain.Tenants;

namespace Kv.Domain.Deliveries;

/// <summary>
/// A message that was not accepted at its first attempt: it waits for its next one, or has failed for good. What is
/// accepted at once never becomes one.
/// </summary>
public sealed class Delivery
{
    /// <summary>How long a delivery that failed for good is kept.</summary>
    public static readonly TimeSpan FailedRetention = TimeSpan.FromDays(7);

    // More are not needed to see what is wrong, and a delivery may be sent again any number of times.
    private const int MaxAttemptsKept = 20;

    private readonly List<Attempt> _attempts;

    private Delivery(DeliveryId id, Tenant tenant, DeliveryEvent @event, List<Attempt> attempts, DateTimeOffset nextAttemptAt)
    {
        Id = id;
        Tenant = tenant;
        Event = @event;
        _attempts = attempts;
        NextAttemptAt = nextAttemptAt;
    }

    /// <summary>The id, the same at every attempt.</summary>
    public DeliveryId Id { get; }

    /// <summary>Whose webhook it goes to.</summary>
    public Tenant Tenant { get; }

    /// <summary>What it tells of.</summary>
    public DeliveryEvent Event { get; }

    /// <summary>Whether it waits for an attempt, or has failed for good.</summary>
    public DeliveryStatus Status => NextAttemptAt is null ? DeliveryStatus.Failed : DeliveryStatus.Pending;

    /// <summary>The last attempts, oldest first; none yet for one that waits behind another of the same key.</summary>
    public IReadOnlyList<Attempt> Attempts => _attempts;

    /// <summary>How many attempts in a row failed, since the first or since it was last sent again by hand.</summary>
    public int Failures { get; private set; }

    /// <summary>When it is due; null when it has failed for good.</summary>
    public DateTimeOffset? NextAttemptAt { get; private set; }

    /// <summary>Why it failed for good; null while it waits.</summary>
    public string? FailedReason { get; private set; }

    /// <summary>A delivery that is due at once.</summary>
    public static Delivery Due(DeliveryId id, Tenant tenant, DeliveryEvent @event, DateTimeOffset now) =>
        new(id, tenant, @event, [], now);

    /// <summary>A delivery as the store holds it.</summary>
    public static Delivery Restore(
        DeliveryId id, Tenant tenant, DeliveryEvent @event, IEnumerable<Attempt> attempts, int failures,
        DateTimeOffset? nextAttemptAt, string? failedReason) =>
        new(id, tenant, @event, [.. attempts], default)
        {
            Failures = failures,
            NextAttemptAt = nextAttemptAt,
            FailedReason = failedReason,
        };

    /// <summary>Takes note of an attempt that was not accepted: the delivery waits for its next one, or has failed for good.</summary>
    public void Fail(Attempt attempt, RetrySchedule schedule, Random random)
    {
        _attempts.Add(attempt);
        if (_attempts.Count > MaxAttemptsKept)
            _attempts.RemoveAt(0);
        Failures++;
        if (attempt.IsGone)
            GiveUp("The receiver answered 410 Gone.");
        else if (schedule.After(Failures, attempt.RetryAfter, random) is { } delay)
            NextAttemptAt = attempt.At + attempt.Duration + delay;
        else
            GiveUp("All attempts failed.");
    }

    /// <summary>Makes it fail for good.</summary>
    /// <param name="reason">Why, for the webhook's owner to read.</param>
    public void GiveUp(string reason) => (NextAttemptAt, FailedReason) = (null, reason);

    /// <summary>Makes it due again, with all its attempts before it.</summary>
    public void Redeliver(DateTimeOffset now) => (NextAttemptAt, FailedReason, Failures) = (now, null, 0);
}

/// <summary>Where a delivery stands.</summary>
public enum DeliveryStatus
{
    /// <summary>It waits for an attempt.</summary>
    Pending,

    /// <summary>It failed for good.</summary>
    Failed,
}
