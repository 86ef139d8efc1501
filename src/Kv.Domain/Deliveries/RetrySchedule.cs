namespace Kv.Domain.Deliveries;

/// <summary>How long to wait before each further attempt of a delivery.</summary>
public sealed class RetrySchedule
{
    // Receivers that come back are not met by everything at once.
    private const double Jitter = 0.2;

    private readonly TimeSpan[] _delays;

    /// <summary>Makes a schedule of the waits between attempts, in order.</summary>
    public RetrySchedule(IEnumerable<TimeSpan> delays) => _delays = [.. delays];

    /// <summary>5 s, 30 s, 2 min, 10 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h: eleven attempts in a little more than two days.</summary>
    public static RetrySchedule Default { get; } = new(
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10),
        TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5), TimeSpan.FromHours(10),
        TimeSpan.FromHours(14), TimeSpan.FromHours(20),
    ]);

    /// <summary>The waits, in order.</summary>
    public IReadOnlyList<TimeSpan> Delays => _delays;

    /// <summary>
    /// How long to wait after the <paramref name="failures"/>th attempt in a row: as scheduled, give or take a fifth, or
    /// as long as the receiver asked for, if that is longer. Null when it was the last.
    /// </summary>
    public TimeSpan? After(int failures, TimeSpan? retryAfter, Random random)
    {
        if (failures > _delays.Length)
            return null;
        var scheduled = _delays[failures - 1] * (1 - Jitter + 2 * Jitter * random.NextDouble());
        return retryAfter > scheduled ? retryAfter : scheduled;
    }
}
