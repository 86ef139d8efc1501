using System.Diagnostics;
using Kv.FaultTests.History;

namespace Kv.FaultTests.Running;

/// <summary>Records the events of a run, by one clock.</summary>
internal sealed class Recorder(RunHistory history)
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private long _calls;
    private long _listings;

    public RunHistory History => history;

    /// <summary>Microseconds since the run began.</summary>
    public long Now => (long)Stopwatch.GetElapsedTime(_start).TotalMicroseconds;

    /// <summary>The number of the next call.</summary>
    public long NextCall() => Interlocked.Increment(ref _calls);

    /// <summary>The number of the next listing, which all of its pages have.</summary>
    public long NextListing() => Interlocked.Increment(ref _listings);

    public void Add(HistoryRecord record) => history.Add(record);
}
