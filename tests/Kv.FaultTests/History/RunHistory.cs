using System.Collections.Concurrent;

namespace Kv.FaultTests.History;

/// <summary>All records of a run. Clients add to it concurrently; it is judged when the run is over.</summary>
internal sealed class RunHistory
{
    private readonly ConcurrentQueue<HistoryRecord> _records = new();

    public RunHistory(RunInfo run) => Run = run;

    /// <summary>The description of the run. It is completed when the run has ended.</summary>
    public RunInfo Run { get; set; }

    /// <summary>Everything but <see cref="Run"/>, in the order in which it was added.</summary>
    public IEnumerable<HistoryRecord> Records => _records;

    /// <summary>Adds a record.</summary>
    public void Add(HistoryRecord record) => _records.Enqueue(record);

    /// <summary>The records of a type, in the order in which they were added.</summary>
    public IReadOnlyList<T> All<T>()
        where T : HistoryRecord => [.. _records.OfType<T>()];
}
