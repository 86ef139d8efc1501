namespace Kv.Domain.Deliveries;

/// <summary>
/// A message whose first attempt was not accepted. It waits for its next attempt or has failed for good. A message that
/// is accepted at its first attempt is never stored as a delivery.
/// </summary>
public sealed class Delivery(
    DeliveryId id, Tenant tenant, DeliveryEvent @event, IEnumerable<Attempt> attempts, int failures,
    DateTimeOffset? nextAttemptAt, string? failedReason)
{
    /// <summary>The retention of deliveries that failed for good.</summary>
    public static readonly TimeSpan FailedRetention = TimeSpan.FromDays(7);

    // Twenty are enough for diagnosis. The number must be bounded: a delivery can be sent again any number of times.
    private const int MaxAttemptsKept = 20;

    private readonly List<Attempt> _attempts = [.. attempts];

    /// <summary>The id. It is the same at every attempt.</summary>
    public DeliveryId Id { get; } = id;

    /// <summary>The tenant that owns the webhook.</summary>
    public Tenant Tenant { get; } = tenant;

    /// <summary>The event that the message reports.</summary>
    public DeliveryEvent Event { get; } = @event;

    /// <summary>Whether the delivery waits for an attempt or has failed for good.</summary>
    public DeliveryStatus Status => NextAttemptAt is null ? DeliveryStatus.Failed : DeliveryStatus.Pending;

    /// <summary>
    /// The last attempts, oldest first. Empty while the delivery waits behind another one of the same key.
    /// </summary>
    public IReadOnlyList<Attempt> Attempts => _attempts;

    /// <summary>
    /// The number of failed attempts in a row, since the first attempt or the last manual redelivery.
    /// </summary>
    public int Failures { get; private set; } = failures;

    /// <summary>The time of the next attempt; null when the delivery has failed for good.</summary>
    public DateTimeOffset? NextAttemptAt { get; private set; } = nextAttemptAt;

    /// <summary>The reason of the final failure; null while the delivery waits.</summary>
    public string? FailedReason { get; private set; } = failedReason;

    /// <summary>Creates a delivery that is due immediately.</summary>
    public static Delivery Due(DeliveryId id, Tenant tenant, DeliveryEvent @event, DateTimeOffset now) =>
        new(id, tenant, @event, [], failures: 0, now, failedReason: null);

    /// <summary>Records a failed attempt and schedules the next one, or gives up.</summary>
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

    /// <summary>
    /// The wait between the last attempt and the next one; null when the delivery has failed for good.
    /// </summary>
    public TimeSpan? Wait => NextAttemptAt is not { } next ? null
        : Failures == 0 || _attempts is not [.., var last] ? TimeSpan.Zero
        : next - last.At - last.Duration;

    /// <summary>
    /// The due time for a clock that may differ from the clock that set <see cref="NextAttemptAt"/>: at most one whole
    /// wait from now. Null when the delivery has failed for good.
    /// </summary>
    public DateTimeOffset? DueBy(DateTimeOffset now) =>
        NextAttemptAt is { } next && now + Wait is { } latest ? (next < latest ? next : latest) : null;

    /// <summary>Marks the delivery as failed for good.</summary>
    /// <param name="reason">The reason, for the webhook's owner to read.</param>
    public void GiveUp(string reason) => (NextAttemptAt, FailedReason) = (null, reason);

    /// <summary>Makes the delivery due now and allows all attempts again.</summary>
    public void Redeliver(DateTimeOffset now) => (NextAttemptAt, FailedReason, Failures) = (now, null, 0);
}

/// <summary>The state of a delivery.</summary>
public enum DeliveryStatus
{
    /// <summary>The delivery waits for an attempt.</summary>
    Pending,

    /// <summary>The delivery failed for good.</summary>
    Failed,
}
