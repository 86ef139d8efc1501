using Kv.Domain.Idempotency;
using Kv.Domain.KeyValues;
using Kv.Domain.Quotas;
using Kv.Domain.Storage;
using Kv.Domain.Tenants;
using Kv.Domain.Transactions;
using Kv.Infrastructure.Idempotency;
using Kv.Infrastructure.KeyValues;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Quotas;

/// <summary>
/// Reads what transactions would add: the branch that they would take, and the sizes of the keys that it writes.
/// </summary>
internal sealed class TransactionGrowth(IStore store, KeyLayout layout, IdempotencyRecords records)
{
    // How many values are in memory at a time; each may be large.
    private const int MaxAtOnce = 16;

    /// <summary>What a transaction would add; null when it would write nothing.</summary>
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
        return branch.Count == 0 ? null : new WriteGrowth(Growth(branch, sizes), revision);
    }

    // A repeated request gets the answer of the first one, and writes nothing.
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
