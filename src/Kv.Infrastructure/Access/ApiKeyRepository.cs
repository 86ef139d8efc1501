using Kv.Domain.Access;
using Kv.Domain.Audit;
using Kv.Infrastructure.Audit;
using Kv.Infrastructure.Storage;
using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Access;

/// <summary>API keys over the storage waist, whichever engine is behind it.</summary>
internal sealed partial class ApiKeyRepository(
    IStore store, KeyLayout layout, AuditRecords audit, ILogger<ApiKeyRepository> logger) : IApiKeyRepository
{
    private const int PageSize = 500;

    public async Task Add(ApiKey key, CancellationToken cancellationToken)
    {
        var put = new Operation.Put(layout.ApiKey(key.Id), ApiKeyRecord.Write(key));
        await store.Commit(
            Transaction.Of(audit.With([put], tenant: null, AuditOperations.CreateApiKey, key.Id)), cancellationToken);
    }

    public async Task<IReadOnlyList<ApiKey>> List(CancellationToken cancellationToken)
    {
        var found = new List<(ApiKey Key, long CreateRevision)>();
        var query = new RangeQuery(layout.ApiKeys, PageSize);
        while (true)
        {
            var page = await store.Range(query, cancellationToken);
            foreach (var entry in page.Entries)
            {
                // It is known by what it says and stands under the same id: one that was moved is none.
                if (ApiKeyRecord.TryRead(entry.Value.Span) is { } key && layout.ApiKey(key.Id).Equals(entry.Key))
                    found.Add((key, entry.CreateRevision));
                else
                    LogUnreadable(entry.Key);
            }
            if (page.Next is not { } next)
                return [.. found.OrderBy(one => one.CreateRevision).Select(one => one.Key)];
            query = query with { Range = query.Range.From(next), Revision = page.Revision };
        }
    }

    public async Task<bool> Delete(string id, CancellationToken cancellationToken)
    {
        var place = layout.ApiKey(id);
        var removal = new Transaction([Compare.Exists(place)], [new Operation.Delete(place)]);
        return (await audit.Remove(store, removal, tenant: null, AuditOperations.RevokeApiKey, id, cancellationToken)).Succeeded;
    }
}
