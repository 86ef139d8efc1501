using System.Collections.Concurrent;

namespace Kv.FaultTests.History;

/// <summary>All that was seen in a run. Clients add to it side by side; it is judged when the run is over.</summary>
internal sealed class RunHistory
{
    private readonly ConcurrentQueue<HistoryRecord> _records = new();

    public RunHistory(RunInfo run) => Run = run;

    /// <summary>What was run. Set anew when the run has ended and more is known of it.</summary>
    public RunInfo Run { get; set; }

    /// <summary>Everything but <see cref="Run"/>, in the order in which it was added.</summary>
    public IEnumerable<HistoryRecord> Records => _records;

    /// <summary>Adds what was seen.</summary>
    public void Add(HistoryRecord record) => _records.Enqueue(record);

    /// <summary>The records of a type, in the order in which they were added.</summary>
    public IReadOnlyList<T> All<T>()
        where T : HistoryRecord => [.. _records.OfType<T>()];
}
