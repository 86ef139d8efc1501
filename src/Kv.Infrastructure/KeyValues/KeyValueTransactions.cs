using Kv.Domain.Idempotency;
using Kv.Domain.KeyValues;
using Kv.Domain.Storage;
using Kv.Domain.Tenants;
using Kv.Infrastructure.Audit;
using Kv.Infrastructure.Idempotency;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.KeyValues;

/// <summary>Transactions over the storage waist, whichever engine is behind it.</summary>
internal sealed class KeyValueTransactions(
    IStore store, KeyLayout layout, IdempotencyRecords records, AuditRecords audit, TimeProvider time)
    : IKeyValueTransactions
{
    public async Task<TransactionOutcome> Commit(
        Tenant tenant, KeyTransaction transaction, IdempotentRequest? request, CancellationToken cancellationToken)
    {
        var success = new Branch(transaction.Success, tenant, layout, time);
        var failure = new Branch(transaction.Failure, tenant, layout, time);
        audit.Add(success.Operations, tenant, transaction.Success);
        audit.Add(failure.Operations, tenant, transaction.Failure);
        var compares = transaction.Conditions.Select(condition => ToCompare(tenant, condition)).ToList();
        if (request is null)
        {
            var plain = new Transaction(compares, success.Operations, Otherwise(tenant, transaction, failure.Operations));
            var done = await store.Commit(plain, cancellationToken);
            return Outcome(done.Succeeded, done.Revision, done.Results);
        }

        // The record goes with whichever branch is taken. Where there is nothing to do, there is nothing to remember either.
        var then = (Operation[])[.. success.Operations, records.Put(tenant, request, success.Record(succeeded: true))];
        var otherwise = transaction.Failure.Count == 0
            ? Otherwise(tenant, transaction, [])
            : [.. failure.Operations, records.Put(tenant, request, failure.Record(succeeded: false))];
        var once = new Transaction(
            [records.IsNew(tenant, request)],
            compares.Count == 0 ? then : [new Operation.Nested(new Transaction(compares, then, otherwise))],
            [records.Read(tenant, request)]);
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
                    false, revision, [], [.. results.Select(each => each.Entries is [var found] ? found.ModRevision : 0)]);
            return new TransactionOutcome(succeeded, revision, (succeeded ? success : failure).Results(results, revision));
        }

        TransactionOutcome Replay(IReadOnlyList<Entry> entries)
        {
            // It can only just have expired, after a day.
            if (entries is not [var entry])
                throw new StoreUnavailableException("What was remembered of the request is gone just now.");
            var record = IdempotencyRecords.Answer(entry, request);
            var succeeded = Branch.Succeeded(record.Span);
            return new TransactionOutcome(
                succeeded, entry.ModRevision, (succeeded ? success : failure).Replay(record.Span, entry.ModRevision), IsReplayed: true);
        }
    }

    // Without anything to do instead, how the keys stand is read, so that the caller can be told what does not hold.
    private List<Operation> Otherwise(Tenant tenant, KeyTransaction transaction, List<Operation> failure) =>
        transaction.Failure.Count > 0
            ? failure
            : [.. transaction.Conditions.Select(condition => new Operation.Read(layout.KeyValue(tenant, condition.Key), keysOnly: true))];

    private Compare ToCompare(Tenant tenant, KeyCondition condition)
    {
        var place = layout.KeyValue(tenant, condition.Key);
        return condition.Value is { } value
            ? Compare.Value(place, CompareRelation.Equal, value)
            : Conditions.Of(place, condition.Precondition);
    }
}
