namespace Kv.Benchmarks.Soak;

/// <summary>The lines of a run, in the order in which they are drawn, and how each is read from a sample.</summary>
internal sealed class SoakLines
{
    private const string Get = "GET, ms";
    private const string Put = "PUT, ms";
    private const string Memory = "resident memory, MiB";
    private const string Heap = "managed heap, MiB";
    private const string Handles = "open handles";
    private const string Threads = "threads";
    private const string Size = "size of the store, MiB";
    private const string Kept = "replica";
    private const string Restarted = "restarted replica";

    // A machine that others share moves the times more than a leak would in an hour.
    private static readonly Tolerance OfMedian = new(0.5, 1);
    private static readonly Tolerance OfTail = new(1, 20);
    private static readonly Tolerance OfMemory = new(0.1, 8);
    private static readonly Tolerance OfHeap = new(0.15, 4);
    private static readonly Tolerance OfHandles = new(0.1, 10);
    private static readonly Tolerance OfThreads = new(0.1, 4);
    // Besides the leases of keys there are those of marks, which last ten minutes: as long as the shortest run.
    private static readonly Tolerance OfLeases = new(0.2, 60);
    private static readonly Tolerance OfSize = new(0.1, 4);
    private static readonly Tolerance OfWaiting = new(0.5, 20);

    private readonly List<(SoakLine Line, Func<Sample, double> Read)> _lines = [];

    public SoakLines(bool overEtcd)
    {
        Add("requests a second", "answered", null, sample => sample.PerSecond.Requests);
        Add(Get, "p50", OfMedian, sample => Percentile(sample.Gets, 0.5));
        Add(Get, "p99", OfTail, sample => Percentile(sample.Gets, 0.99));
        Add(Put, "p50", OfMedian, sample => Percentile(sample.Puts, 0.5));
        Add(Put, "p99", OfTail, sample => Percentile(sample.Puts, 0.99));
        Add(Memory, Kept, OfMemory, sample => sample.Snapshot.Kept.MemoryMiB);
        if (overEtcd)
        {
            Add(Memory, Restarted, OfMemory, sample => sample.Snapshot.Restarted.MemoryMiB);
            Add(Memory, "etcd", OfMemory, sample => sample.Snapshot.Store.MemoryMiB);
        }
        Add(Heap, Kept, OfHeap, sample => sample.Snapshot.Kept.HeapMiB);
        if (overEtcd)
            Add(Heap, Restarted, OfHeap, sample => sample.Snapshot.Restarted.HeapMiB);
        Add(Handles, Kept, OfHandles, sample => sample.Snapshot.Kept.Handles);
        if (overEtcd)
        {
            Add(Handles, Restarted, OfHandles, sample => sample.Snapshot.Restarted.Handles);
            Add(Handles, "etcd", OfHandles, sample => sample.Snapshot.Store.Handles);
        }
        Add(Threads, Kept, OfThreads, sample => sample.Snapshot.Kept.Threads);
        if (overEtcd)
        {
            Add(Threads, Restarted, OfThreads, sample => sample.Snapshot.Restarted.Threads);
            Add("leases in etcd", "leases", OfLeases, sample => sample.Snapshot.Leases);
        }
        Add(Size, overEtcd ? "database" : "files", OfSize, sample => sample.Snapshot.StoreMiB);
        if (overEtcd)
            Add(Size, "in use", OfSize, sample => sample.Snapshot.StoreInUseMiB);
        Add(
            "deliveries that wait", "at the leader", OfWaiting,
            sample => Sum(sample.Snapshot.Kept.Waiting, sample.Snapshot.Restarted.Waiting));
        Add("told, a second", "watch events", null, sample => sample.PerSecond.WatchEvents);
        Add("told, a second", "webhook calls", null, sample => sample.PerSecond.WebhookCalls);
    }

    public IReadOnlyList<SoakLine> All => _lines.ConvertAll(line => line.Line);

    public void Take(Sample sample)
    {
        foreach (var (line, read) in _lines)
            line.Values.Add(read(sample));
    }

    private void Add(string panel, string name, Tolerance? tolerance, Func<Sample, double> read) =>
        _lines.Add((new SoakLine(panel, name, tolerance), read));

    private static double Percentile(IReadOnlyList<double> sorted, double share) =>
        sorted.Count == 0 ? double.NaN : sorted[(int)(sorted.Count * share)];

    // A replica that does not lead has none.
    private static double Sum(double one, double other) =>
        (double.IsNaN(one) ? 0 : one) + (double.IsNaN(other) ? 0 : other);

    /// <summary>A snapshot, and the counts of the load since the one before.</summary>
    internal sealed record Sample(
        SoakSnapshot Snapshot, IReadOnlyList<double> Gets, IReadOnlyList<double> Puts, Counted PerSecond);

    /// <summary>The counts per second.</summary>
    internal readonly record struct Counted(double Requests, double WatchEvents, double WebhookCalls);
}
