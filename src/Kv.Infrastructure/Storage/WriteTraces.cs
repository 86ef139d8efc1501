using System.Diagnostics;
using System.Text;

namespace Kv.Infrastructure.Storage;

/// <summary>
/// Keeps with a write which trace it is part of, so that what follows from it can be part of the same. Values are the
/// predecessor's raw bytes, so it stands in an entry of its own, written in the same transaction, and only for a request that is
/// traced. Who reads the feed meets it at the revision of the write; the entry itself nobody needs, and it goes within seconds.
/// </summary>
internal sealed class WriteTraces(KeyLayout layout, TimeProvider time)
{
    // etcd takes 128 operations at one level of a transaction (--max-txn-ops); what a caller asks for goes first.
    private const int MaxOperations = 100;

    // Those that come in the same step share a lease.
    private const long StepSeconds = 10;

    /// <summary>
    /// The transaction, with the trace of each key that it writes where the request that asks for it is traced. One that only deletes a key
    /// has it under the condition that there is one: otherwise it is done as it was asked for, as the branch for that.
    /// </summary>
    public Transaction Keep(Transaction transaction) =>
        Telemetry.Traced is { Recorded: true, IdFormat: ActivityIdFormat.W3C, Id: { } traceParent }
        && Count(transaction) is > 0 and var writes && transaction.Operations.Count() + writes <= MaxOperations
            ? With(transaction, Encoding.ASCII.GetBytes(traceParent), (time.GetUtcNow().ToUnixTimeSeconds() / StepSeconds + 2) * StepSeconds)
            : transaction;

    /// <summary>The traces of what was written at one revision, by its keys; null where there are none.</summary>
    public Dictionary<StoreKey, string>? Of(ChangeSet set)
    {
        Dictionary<StoreKey, string>? traces = null;
        for (var i = 0; i < set.Changes.Count; i++)
            if (set.Changes[i] is { Current: { } entry } change && layout.ReadTraced(change.Key) is { } key
                && Encoding.ASCII.GetString(entry.Value.Span) is var traceParent && ActivityContext.TryParse(traceParent, null, out _))
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

    // To delete nothing is to write nothing, and a trace would be something. Where more is written or compared each key would need a
    // condition of its own, for which etcd would have to be asked before what has expired.
    private StoreKey? OnlyDeleted(Transaction transaction) =>
        transaction.Compares.Count == 0 && transaction.Then.All(operation => operation is Operation.Delete)
        && transaction.Then.Where(WritesKey).ToList() is [var deletion]
            ? deletion.Range.Start
            : null;

    // Behind what was asked for, whose results keep their places.
    private List<Operation> With(IReadOnlyList<Operation> operations, byte[] traceParent, long deadline) =>
    [
        .. operations.Select(operation => operation is Operation.Nested nested
            ? new Operation.Nested(With(nested.Inner, traceParent, deadline))
            : operation),
        .. operations.Where(operation => operation is not Operation.Nested && WritesKey(operation))
            .Select(operation => new Operation.Put(layout.Trace(operation.Range.Start), traceParent, deadline)),
    ];
}
