namespace Kv.Infrastructure.Dispatching.Lanes;

/// <summary>
/// A clock that starts at the current time and then follows elapsed time: a change of the machine's clock neither
/// delays nor shortens a wait.
/// </summary>
internal sealed class SteadyClock(TimeProvider time)
{
    private readonly DateTimeOffset _start = time.GetUtcNow();
    private readonly long _startedAt = time.GetTimestamp();

    public DateTimeOffset Now => _start + time.GetElapsedTime(_startedAt);
}
