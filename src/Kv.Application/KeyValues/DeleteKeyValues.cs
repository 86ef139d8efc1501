using Kv.Domain.Transactions;

namespace Kv.Application.KeyValues;

/// <summary>
/// Deletes the keys with a prefix, a limited number per call. Each batch is one transaction, but the call is not: it
/// can be repeated.
/// </summary>
/// <param name="Prefix">The prefix of the keys; not empty.</param>
/// <param name="IsDryRun">Whether to count the keys without deleting them.</param>
public sealed record DeleteKeyValues(string Namespace, string AppName, string Prefix, bool IsDryRun)
    : IRequest<DeletedKeys>, ITenantRequest, IGuardedRequest
{
    bool IGuardedRequest.IsAllowedTo(Grants caller) => caller.Allow(AccessVerbs.Delete, this, Prefix);
}

/// <summary>Deleted keys.</summary>
/// <param name="Count">The number of deleted keys (in a dry run: keys to delete).</param>
/// <param name="HasMore">Whether more keys remain, for another call.</param>
/// <param name="Revision">The revision of the last deletion, or of the read that found no key.</param>
public sealed record DeletedKeys(long Count, bool HasMore, long Revision);

internal sealed class DeleteKeyValuesValidator : AbstractValidator<DeleteKeyValues>
{
    public DeleteKeyValuesValidator(Limits limits)
    {
        // An empty prefix selects every key of the tenant: a forgotten prefix must not delete them.
        RuleFor(request => request.Prefix).Key(limits);
        this.RuleForTenant(limits);
    }
}

internal sealed class DeleteKeyValuesHandler(IKeyValueListings listings, IKeyValueTransactions transactions)
    : IRequestHandler<DeleteKeyValues, DeletedKeys>
{
    private const int MaxKeys = 5000;
    private const int KeysPerRead = 1000;
    private const int KeysPerTransaction = 100;

    public async Task<DeletedKeys> Handle(DeleteKeyValues request, CancellationToken cancellationToken)
    {
        var tenant = request.Tenant();
        if (request.IsDryRun)
        {
            var (count, at) = await listings.Count(tenant, request.Prefix, cancellationToken);
            return new DeletedKeys(count, HasMore: false, at);
        }
        var query = new KeyValueQuery { Prefix = request.Prefix, Limit = KeysPerRead, Fields = KeyFields.Key };
        var (deleted, revision) = (0L, 0L);
        for (var listed = 0; ; listed += KeysPerRead)
        {
            if (listed == MaxKeys)
                return new DeletedKeys(deleted, HasMore: true, revision);
            var page = await listings.Page(tenant, query, cancellationToken);
            revision = Math.Max(revision, page.Revision);
            foreach (var some in page.KeyValues.Select(found => found.Key).Chunk(KeysPerTransaction))
            {
                var (count, at) = await Delete(tenant, some, cancellationToken);
                deleted += count;
                revision = Math.Max(revision, at);
            }
            if (page.Next is null)
                return new DeletedKeys(deleted, HasMore: false, revision);
        }
    }

    // Keys that others delete in the meantime are not counted, and get no audit record.
    private async Task<(int Count, long Revision)> Delete(
        Tenant tenant, Key[] keys, CancellationToken cancellationToken)
    {
        while (keys.Length > 0)
        {
            var removal = new KeyTransaction(
                [.. keys.Select(key => new KeyCondition(key, Precondition.Exists))],
                [.. keys.Select(key => new KeyOperation(KeyOperationKind.Delete, key))], []);
            var outcome = await transactions.Commit(tenant, removal, request: null, cancellationToken);
            if (outcome.FoundRevisions is not { } found)
                return (keys.Length, outcome.Revision);
            keys = [.. keys.Where((_, i) => found[i] > 0)];
        }
        return (0, 0);
    }
}
