using Kv.FaultTests.History;

namespace Kv.FaultTests.Checkers;

/// <summary>Turns the times of a run into those of the wall clock, by which keys expire.</summary>
internal sealed class RunClock(RunInfo run)
{
    private const long Second = 1_000_000;

    private readonly long _start = run.StartedAt.ToUnixTimeMilliseconds() * 1000;

    /// <summary>The wall clock's time in microseconds of Unix time.</summary>
    public long Wall(long at) => _start + at;

    /// <summary>
    /// The second of Unix time in which a key expires at the earliest that is given so long to live at a time of the
    /// run.
    /// </summary>
    public long EarliestExpiry(long at, long ttl) => (Wall(at) - run.ClockTolerance + Second - 1) / Second + ttl;

    /// <summary>The same at the latest.</summary>
    public long LatestExpiry(long at, long ttl) => (Wall(at) + run.ClockTolerance + Second - 1) / Second + ttl;

    /// <summary>Whether a key that expires then may be removed by a time of the run.</summary>
    public bool MayBeGone(long? expireAt, long by) =>
        expireAt is { } second && (by == long.MaxValue || (Wall(by) + run.ClockTolerance) / Second >= second);

    /// <summary>Whether a key that expires then may still exist at a time of the run.</summary>
    public bool MayStand(long? expireAt, long at) =>
        expireAt is not { } second || (Wall(at) - run.ClockTolerance) / Second < second;
}
