using Kv.Domain.Idempotency;
using Kv.Domain.Quotas;
using Kv.Domain.Transactions;
using Kv.Infrastructure.Idempotency;
using Kv.Infrastructure.KeyValues;
using Kv.Infrastructure.Transactions;

namespace Kv.Infrastructure.Quotas;

/// <summary>
/// Computes the growth of transactions: it reads the conditions, to find the branch, and the sizes of the written keys.
/// </summary>
internal sealed class TransactionGrowth(IStore store, KeyLayout layout, IdempotencyRecords records)
{
    // How many values are in memory at a time; each may be large.
    private const int MaxAtOnce = 16;

    /// <summary>The most that a transaction may add, without a look at what it overwrites.</summary>
    /// <param name="succeeds">Whether its conditions hold.</param>
    /// <param name="request">The idempotent request; null for none.</param>
    public static Usage AtMost(KeyTransaction transaction, bool succeeds, IdempotentRequest? request)
    {
        var usage = Record(transaction, succeeds, request);
        foreach (var operation in succeeds ? transaction.Success : transaction.Failure)
            if (operation.Kind.StoresValue())
                usage += Usage.ForKey(operation.Key, operation.Value.Length);
        return usage;
    }

    /// <summary>The usage that a transaction would add; null when it would write nothing.</summary>
    public async Task<WriteGrowth?> Estimate(
        Tenant tenant, KeyTransaction transaction, IdempotentRequest? request, CancellationToken cancellationToken)
    {
        if (request is not null && await IsDone(tenant, request, cancellationToken))
            return null;
        var conditions = transaction.Conditions.ToLookup(condition => condition.Key);
        var keys = transaction.Success.Concat(transaction.Failure)
            .Where(operation => !operation.Kind.IsRead())
            .Select(operation => operation.Key)
            .Concat(conditions.Select(of => of.Key))
            .Distinct();
        var sizes = new Dictionary<Key, Usage>();
        var (holds, revision) = (true, 0L);
        foreach (var some in keys.Chunk(MaxAtOnce))
            foreach (var found in await Task.WhenAll(
                some.Select(key => Find(tenant, key, conditions[key], cancellationToken))))
            {
                sizes.Add(found.Key, found.Size);
                holds &= found.Holds;
                revision = Math.Max(revision, found.Revision);
            }
        var branch = holds ? transaction.Success : transaction.Failure;
        var record = Record(transaction, holds, request);
        return branch.Count == 0 && record == default
            ? null
            : new WriteGrowth(Growth(branch, sizes) + record, revision);
    }

    // Only a failure without operations leaves no record.
    private static Usage Record(KeyTransaction transaction, bool succeeds, IdempotentRequest? request)
    {
        if (request is null || (!succeeds && transaction.Failure.Count == 0))
            return default;
        var branch = succeeds ? transaction.Success : transaction.Failure;
        return IdempotencyRecords.UsageOf(request, TransactionBranch.ReplayBytes(branch.Count));
    }

    // A repeated request gets the answer of the first request, and writes nothing.
    private async Task<bool> IsDone(Tenant tenant, IdempotentRequest request, CancellationToken cancellationToken) =>
        (await store.Get(records.Place(tenant, request), ReadConsistency.Linearizable, cancellationToken))
            .Entry is not null;

    private async Task<Found> Find(
        Tenant tenant, Key key, IEnumerable<KeyCondition> conditions, CancellationToken cancellationToken)
    {
        var (entry, revision) = await store.Get(
            layout.KeyValue(tenant, key), ReadConsistency.Linearizable, cancellationToken);
        return new Found(
            key, entry is null ? default : Usage.ForKey(key, entry.Value.Length),
            conditions.All(condition => Holds(condition, entry)), revision);
    }

    private static bool Holds(KeyCondition condition, Entry? entry) => condition.Value is { } value
        ? entry is not null && entry.Value.Span.SequenceEqual(value.Span)
        : Conditions.Holds(condition.Precondition, entry);

    private static Usage Growth(IReadOnlyList<KeyOperation> branch, Dictionary<Key, Usage> sizes)
    {
        var growth = default(Usage);
        foreach (var operation in branch)
            growth += operation.Kind switch
            {
                KeyOperationKind.Get => default,
                KeyOperationKind.Set => Usage.ForKey(operation.Key, operation.Value.Length) - sizes[operation.Key],
                KeyOperationKind.Delete => default(Usage) - sizes[operation.Key],
            };
        return growth;
    }

    private readonly record struct Found(Key Key, Usage Size, bool Holds, long Revision);
}
