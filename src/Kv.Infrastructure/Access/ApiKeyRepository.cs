using Kv.Domain.Access;
using Kv.Domain.Audit;
using Kv.Infrastructure.Audit;

namespace Kv.Infrastructure.Access;

/// <summary>API keys, on either engine.</summary>
internal sealed partial class ApiKeyRepository(
    IStore store, KeyLayout layout, AuditRecords audit, ILogger<ApiKeyRepository> logger) : IApiKeyRepository
{
    private const int PageSize = 500;

    public async Task Add(ApiKey key, CancellationToken cancellationToken)
    {
        var put = new Operation.Put(layout.ApiKey(key.Id), ApiKeyRecord.Write(key));
        await store.Commit(
            Transaction.Unconditional(audit.With([put], tenant: null, AuditOperations.CreateApiKey, key.Id)),
            cancellationToken);
    }

    public async Task<IReadOnlyList<ApiKey>> List(CancellationToken cancellationToken)
    {
        var found = new List<(ApiKey Key, long CreateRevision)>();
        await foreach (var page in store.Pages(new RangeQuery(layout.ApiKeys, PageSize), cancellationToken))
            foreach (var entry in page.Entries)
                // The id in the record must match its place: a record that was moved is invalid.
                if (ApiKeyRecord.TryRead(entry.Value.Span) is { } key && layout.ApiKey(key.Id).Equals(entry.Key))
                    found.Add((key, entry.CreateRevision));
                else
                    LogUnreadable(entry.Key);
        return [.. found.OrderBy(one => one.CreateRevision).Select(one => one.Key)];
    }

    public async Task<bool> Delete(string id, IReadOnlyList<AuditedChange> noted, CancellationToken cancellationToken)
    {
        var place = layout.ApiKey(id);
        var removal = new Transaction([Compare.Exists(place)], [new Operation.Delete(place)]);
        return (await audit.Remove(
            store, removal, tenant: null, [new AuditedChange(AuditOperations.RevokeApiKey, id), .. noted],
            cancellationToken)).Succeeded;
    }
}
