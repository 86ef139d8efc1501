using Kv.Domain.Audit;
using Kv.Domain.Idempotency;
using Kv.Domain.Transactions;
using Kv.Infrastructure.Audit;
using Kv.Infrastructure.Idempotency;
using Kv.Infrastructure.KeyValues;

namespace Kv.Infrastructure.Transactions;

/// <summary>Transactions, on either engine.</summary>
internal sealed class KeyValueTransactions(
    IStore store, KeyLayout layout, IdempotencyRecords records, AuditRecords audit, TimeProvider time)
    : IKeyValueTransactions
{
    public async Task<TransactionOutcome> Commit(
        Tenant tenant, KeyTransaction transaction, IdempotentRequest? request, CancellationToken cancellationToken)
    {
        var success = new TransactionBranch(transaction.Success, tenant, layout, time);
        var failure = new TransactionBranch(transaction.Failure, tenant, layout, time);
        var compares = transaction.Conditions.Select(condition => ToCompare(tenant, condition)).ToList();
        if (request is null && OnlyDeletes(transaction))
        {
            var removal = new Transaction(compares, success.Operations, Otherwise(tenant, transaction, []));
            var removed = await audit.Remove(
                store, removal, tenant, AuditedChange.From(transaction.Success), cancellationToken);
            return Outcome(removed.Succeeded, removed.Revision, removed.Results);
        }
        audit.Add(success.Operations, tenant, transaction.Success);
        audit.Add(failure.Operations, tenant, transaction.Failure);
        if (request is null)
        {
            var plain = new Transaction(
                compares, success.Operations, Otherwise(tenant, transaction, failure.Operations));
            var done = await store.Commit(plain, cancellationToken);
            return Outcome(done.Succeeded, done.Revision, done.Results);
        }

        // The applied branch writes the record. An empty failure branch needs none.
        var then = (Operation[])
            [.. success.Operations, records.Put(tenant, request, success.EncodeReplay(succeeded: true))];
        var otherwise = transaction.Failure.Count == 0
            ? Otherwise(tenant, transaction, [])
            : [.. failure.Operations, records.Put(tenant, request, failure.EncodeReplay(succeeded: false))];
        var once = new Transaction(
            [records.IsNew(tenant, request)],
            compares.Count == 0 ? then : [new Operation.Nested(new Transaction(compares, then, otherwise))],
            [new Operation.Read(records.Place(tenant, request))]);
        var result = await store.Commit(once, cancellationToken);
        if (!result.Succeeded)
            return Replay(result.Results[0].Entries);
        return compares.Count == 0
            ? Outcome(true, result.Revision, result.Results)
            : Outcome(result.Results[0].Nested!.Succeeded, result.Revision, result.Results[0].Nested!.Results);

        TransactionOutcome Outcome(bool succeeded, long revision, IReadOnlyList<OperationResult> results)
        {
            if (!succeeded && transaction.Failure.Count == 0)
                return new TransactionOutcome(
                    false, revision, [],
                    [.. results.Select(each => each.Entries is [var found] ? found.ModRevision : 0)]);
            return new TransactionOutcome(
                succeeded, revision, (succeeded ? success : failure).Results(results, revision));
        }

        TransactionOutcome Replay(IReadOnlyList<Entry> entries)
        {
            // A record expires after a day, so this is rare.
            if (entries is not [var entry])
                throw new StoreUnavailableException("The record of the request has just expired.");
            var record = IdempotencyRecords.Answer(entry, request);
            var succeeded = TransactionBranch.Succeeded(record.Span);
            return new TransactionOutcome(
                succeeded, entry.ModRevision, (succeeded ? success : failure).Replay(record.Span, entry.ModRevision),
                IsReplayed: true);
        }
    }

    private static bool OnlyDeletes(KeyTransaction transaction) =>
        transaction is { Success.Count: > 0, Failure.Count: 0 }
        && transaction.Success.All(operation => !operation.Kind.IsRead() && !operation.Kind.StoresValue());

    // Without operations for a failure, the state of the keys is read, so that the caller learns which condition
    // failed.
    private List<Operation> Otherwise(Tenant tenant, KeyTransaction transaction, List<Operation> failure) =>
        transaction.Failure.Count > 0
            ? failure
            : [.. transaction.Conditions.Select(
                condition => new Operation.Read(layout.KeyValue(tenant, condition.Key), keysOnly: true))];

    private Compare ToCompare(Tenant tenant, KeyCondition condition)
    {
        var place = layout.KeyValue(tenant, condition.Key);
        return condition.Value is { } value
            ? Compare.Value(place, CompareRelation.Equal, value)
            : Conditions.ToCompare(place, condition.Precondition);
    }
}
