using System.Diagnostics;
using System.Text;
using Kv.Infrastructure.Diagnostics;

namespace Kv.Infrastructure.Changes;

/// <summary>
/// Stores the trace of a write next to it, so that its deliveries can join the same trace. Values are the predecessor's
/// raw bytes, so the trace is an entry of its own. It is written in the same transaction, and only for a traced
/// request. A reader of the feed finds it at the revision of the write. The entry is not read later, and expires within
/// seconds.
/// </summary>
internal sealed class WriteTraces(KeyLayout layout, TimeProvider time)
{
    // etcd takes 128 operations at one level of a transaction (--max-txn-ops). The caller's operations have priority.
    private const int MaxOperations = 100;

    // The deadlines are rounded, so that traces of the same step share a lease.
    private const long StepSeconds = 10;

    /// <summary>
    /// The transaction, extended in a traced request by the trace of each key that it writes. A transaction that only
    /// deletes one key writes the trace under the condition that the key exists, and is applied unchanged otherwise.
    /// </summary>
    public Transaction Extend(Transaction transaction) =>
        Telemetry.Traced is { Recorded: true, IdFormat: ActivityIdFormat.W3C, Id: { } traceParent }
        && Count(transaction) is > 0 and var writes && transaction.Operations.Count() + writes <= MaxOperations
            ? With(
                transaction, Encoding.ASCII.GetBytes(traceParent),
                SharedDeadline.After(time.GetUtcNow().AddSeconds(StepSeconds), StepSeconds))
            : transaction;

    /// <summary>The traces of the writes at one revision, by key; null when there are none.</summary>
    public Dictionary<StoreKey, string>? Read(ChangeSet set)
    {
        Dictionary<StoreKey, string>? traces = null;
        for (var i = 0; i < set.Changes.Count; i++)
            if (set.Changes[i] is { Current: { } entry } change && layout.ReadTraced(change.Key) is { } key
                && Encoding.ASCII.GetString(entry.Value.Span) is var traceParent
                && ActivityContext.TryParse(traceParent, null, out _))
                (traces ??= [])[key] = traceParent;
        return traces;
    }

    private int Count(Transaction transaction) => transaction.Operations.Count(WritesKey);

    private bool WritesKey(Operation operation) =>
        operation is not Operation.Read && operation.Range.IsSingle && layout.KeyValues.Contains(operation.Range.Start);

    private Transaction With(Transaction transaction, byte[] traceParent, long deadline)
    {
        var then = With(transaction.Then, traceParent, deadline);
        return OnlyDeleted(transaction) is { } key
            ? new Transaction([Compare.Exists(key)], then, transaction.Then)
            : new Transaction(transaction.Compares, then, With(transaction.Otherwise, traceParent, deadline));
    }

    // Deleting an absent key writes nothing, and must write no trace either. With more writes or compares, each key
    // would need a condition of its own, and etcd cannot tell an expired key from a present one without a read before.
    private StoreKey? OnlyDeleted(Transaction transaction) =>
        transaction.Compares.Count == 0 && transaction.Then.All(operation => operation is Operation.Delete)
        && transaction.Then.Where(WritesKey).ToList() is [var deletion]
            ? deletion.Range.Start
            : null;

    // Traces come after the caller's operations, so that their results keep their places.
    private List<Operation> With(IReadOnlyList<Operation> operations, byte[] traceParent, long deadline) =>
    [
        .. operations.Select(operation => operation is Operation.Nested nested
            ? new Operation.Nested(With(nested.Inner, traceParent, deadline))
            : operation),
        .. operations.Where(operation => operation is not Operation.Nested && WritesKey(operation))
            .Select(operation => new Operation.Put(layout.Trace(operation.Range.Start), traceParent, deadline)),
    ];
}
