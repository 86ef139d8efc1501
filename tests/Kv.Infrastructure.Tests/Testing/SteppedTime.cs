namespace Kv.Infrastructure.Tests.Testing;

/// <summary>
/// The time of a machine whose clock is set while a process runs. Timestamps and timers know nothing of it.
/// </summary>
internal sealed class SteppedTime(TimeProvider steady) : TimeProvider
{
    private TimeSpan _step;

    public override long TimestampFrequency => steady.TimestampFrequency;

    /// <summary>Sets the clock forward, or back.</summary>
    public void Step(TimeSpan by) => _step += by;

    public override DateTimeOffset GetUtcNow() => steady.GetUtcNow() + _step;

    public override long GetTimestamp() => steady.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        steady.CreateTimer(callback, state, dueTime, period);
}
