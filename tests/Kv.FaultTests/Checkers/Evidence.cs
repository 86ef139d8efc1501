using System.Globalization;
using Kv.FaultTests.History;

namespace Kv.FaultTests.Checkers;

/// <summary>A history, laid out for the checkers.</summary>
internal sealed class Evidence
{
    private readonly RunHistory _history;
    private readonly IReadOnlyList<(long At, long Through)> _compactions;
    private readonly ILookup<KeyName, WriteAttempt> _deletions;

    public Evidence(RunHistory history)
    {
        _history = history;
        Clock = new RunClock(history.Run);
        Calls = [.. history.All<Call>().OrderBy(call => call.Start)];
        Requests = Request.Of(Calls);
        Store = new StoreTimeline(history.All<StoredChange>());
        Writes = [.. WriteAttempt.Of(Requests)];
        Facts = Fact.Of(Calls, history.All<WatchEvent>(), history.All<WebhookArrival>());
        _compactions =
        [
            .. history.All<Fault>().Where(fault => fault.Kind == Fault.Compact)
                .Select(fault => (fault.Start, long.Parse(fault.Detail!, CultureInfo.InvariantCulture))),
        ];
        _deletions = Writes
            .Where(write => write.Operation.Kind == OperationKind.Delete && write.Fate != WriteFate.NotDone)
            .ToLookup(write => write.Name);
    }

    public RunInfo Run => _history.Run;

    public RunClock Clock { get; }

    /// <summary>The calls, in the order in which they were sent.</summary>
    public IReadOnlyList<Call> Calls { get; }

    /// <summary>The calls, those with one <c>Idempotency-Key</c> as one.</summary>
    public IReadOnlyList<Request> Requests { get; }

    /// <summary>The writes of keys that were asked for.</summary>
    public IReadOnlyList<WriteAttempt> Writes { get; }

    /// <summary>The store's own history.</summary>
    public StoreTimeline Store { get; }

    /// <summary>When each revision is first known to exist, in the order of the times.</summary>
    public IReadOnlyList<Fact> Facts { get; }

    /// <summary>The other records of a kind.</summary>
    public IReadOnlyList<T> All<T>()
        where T : HistoryRecord => _history.All<T>();

    /// <summary>Whether a key may have been removed since a call deleted it.</summary>
    public bool MayBeDeleted(KeyVersion removal) =>
        _deletions[removal.Name].Any(write =>
            write.Fate == WriteFate.Unknown || write.Revision is null || write.Revision == removal.Revision);

    /// <summary>
    /// Whether the store may have compacted, by a time of the run, a change after a revision. One at the revision of a
    /// compaction counts.
    /// </summary>
    public bool IsCompacted(long after, long by) => _compactions.Any(one => one.At <= by && one.Through > after);

    /// <summary>Whether a key may have been removed since its time to live was over.</summary>
    public static bool MayBeExpired(KeyVersion removal) => removal.Before?.ExpireAt is not null;
}
