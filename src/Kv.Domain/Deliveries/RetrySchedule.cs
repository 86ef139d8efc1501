namespace Kv.Domain.Deliveries;

/// <summary>The waits between the attempts of a delivery.</summary>
/// <param name="delays">The waits, in order.</param>
public sealed class RetrySchedule(IEnumerable<TimeSpan> delays)
{
    // Spreads the retries, so that a receiver that recovers does not get all of them at once.
    private const double Jitter = 0.2;

    private readonly TimeSpan[] _delays = [.. delays];

    /// <summary>
    /// 5 s, 30 s, 2 min, 10 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h: eleven attempts in a little more than two days.
    /// </summary>
    public static RetrySchedule Default { get; } = new(
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10),
        TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5), TimeSpan.FromHours(10),
        TimeSpan.FromHours(14), TimeSpan.FromHours(20),
    ]);

    /// <summary>
    /// The wait after the <paramref name="failures"/>th failure in a row: the scheduled wait ± 20 %, or the receiver's
    /// <c>Retry-After</c> if that is longer. Null after the last attempt.
    /// </summary>
    public TimeSpan? After(int failures, TimeSpan? retryAfter, Random random)
    {
        if (failures > _delays.Length)
            return null;
        var scheduled = _delays[failures - 1] * (1 - Jitter + 2 * Jitter * random.NextDouble());
        return retryAfter > scheduled ? retryAfter : scheduled;
    }
}
