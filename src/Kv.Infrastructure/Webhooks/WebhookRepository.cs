using Kv.Domain.Audit;
using Kv.Domain.Idempotency;
using Kv.Infrastructure.Audit;
using Kv.Infrastructure.Idempotency;

namespace Kv.Infrastructure.Webhooks;

/// <summary>Webhooks, on either engine.</summary>
internal sealed partial class WebhookRepository(
    IStore store, KeyLayout layout, IdempotencyRecords records, AuditRecords audit, TimeProvider time,
    ILogger<WebhookRepository> logger) : IWebhookRepository
{
    private const int PageSize = 500;

    // An attempt fails only when another webhook of the tenant was written. Even many concurrent callers need fewer
    // attempts than this.
    private const int MaxTries = 100;
    private const int LongestWaitMilliseconds = 50;

    public async Task<AddedWebhook> Add(
        Webhook webhook, int limit, IdempotentRequest? request, CancellationToken cancellationToken)
    {
        var tenant = webhook.Tenant;
        var range = KeyRange.Prefix(layout.WebhookPrefix(tenant));
        var key = layout.Webhook(tenant, webhook.Id);
        List<Operation> operations =
        [
            .. audit.With(
                [new Operation.Put(key, WebhookRecord.Write(webhook))], tenant, AuditOperations.AddWebhook, webhook.Id),
        ];
        if (request is not null)
            operations.Add(records.Put(tenant, request, webhook.Id.ToByteArray()));
        for (var tries = 1; tries <= MaxTries; tries++)
        {
            var (count, revision) = await Count(range, limit, cancellationToken);
            // Read after the count: the counted webhooks may include one of an earlier attempt of this request.
            if (request is not null && await FindAdded(tenant, request, cancellationToken) is { } before)
                return before;
            if (count >= limit)
                return new AddedWebhook(Id: null);
            // The commit succeeds only if no webhook was written since the count, so no stored counter is needed.
            List<Compare> conditions = [Compare.UnwrittenSince(range, revision), Compare.Absent(key)];
            if (request is not null)
                conditions.Add(records.IsNew(tenant, request));
            var result = await store.Commit(new Transaction(conditions, operations), cancellationToken);
            if (result.Succeeded)
                return new AddedWebhook(webhook.Id, result.Revision);
            var wait = Random.Shared.Next(Math.Min(1 << Math.Min(tries, 16), LongestWaitMilliseconds));
            await Task.Delay(TimeSpan.FromMilliseconds(wait), time, cancellationToken);
        }
        throw new StoreUnavailableException("Other changes of the tenant's webhooks prevented every attempt.");
    }

    private async Task<AddedWebhook?> FindAdded(
        Tenant tenant, IdempotentRequest request, CancellationToken cancellationToken)
    {
        var read = await store.Get(records.Place(tenant, request), ReadConsistency.Linearizable, cancellationToken);
        return read.Entry is { } entry
            ? new AddedWebhook(
                new Guid(IdempotencyRecords.Answer(entry, request).Span), entry.ModRevision, IsReplayed: true)
            : null;
    }

    public async Task<Webhook?> Get(Tenant tenant, Guid id, CancellationToken cancellationToken)
    {
        var read = await store.Get(layout.Webhook(tenant, id), ReadConsistency.Linearizable, cancellationToken);
        return read.Entry is { } entry ? Read(entry) : null;
    }

    public async Task<IReadOnlyList<Webhook>> List(Tenant tenant, CancellationToken cancellationToken) =>
        await ReadAll(KeyRange.Prefix(layout.WebhookPrefix(tenant)), cancellationToken)
            .OrderBy(webhook => webhook.CreatedAt).ThenBy(webhook => webhook.CreateRevision)
            .ToListAsync(cancellationToken);

    public IAsyncEnumerable<Webhook> ListAll(CancellationToken cancellationToken) =>
        ReadAll(layout.Webhooks, cancellationToken);

    public async Task<bool> Update(Webhook webhook, CancellationToken cancellationToken)
    {
        var key = layout.Webhook(webhook.Tenant, webhook.Id);
        // Only the stored form contains the members that this version does not know.
        var read = await store.Get(key, ReadConsistency.Linearizable, cancellationToken);
        if (read.Entry is not { } entry || entry.ModRevision != webhook.Revision)
            return false;
        var update = new Transaction(
            [Compare.ModRevision(key, CompareRelation.Equal, webhook.Revision)],
            audit.With(
                [new Operation.Put(key, WebhookRecord.Write(webhook, entry.Value))], webhook.Tenant,
                AuditOperations.ChangeWebhook, webhook.Id));
        return (await store.Commit(update, cancellationToken)).Succeeded;
    }

    public async Task Delete(Tenant tenant, Guid id, CancellationToken cancellationToken)
    {
        var key = layout.Webhook(tenant, id);
        var removal = new Transaction([Compare.Exists(key)], [new Operation.Delete(key)]);
        await audit.Remove(store, removal, tenant, AuditOperations.DeleteWebhook, id, cancellationToken);
    }

    // Webhooks that cannot be read count as well: a later version may read them.
    private async Task<(int Count, long Revision)> Count(
        KeyRange range, int limit, CancellationToken cancellationToken)
    {
        var (count, revision) = (0, 0L);
        var query = new RangeQuery(range, Math.Clamp(limit, 1, PageSize), KeysOnly: true);
        await foreach (var page in store.Pages(query, cancellationToken))
        {
            (count, revision) = (count + page.Entries.Count, page.Revision);
            if (count >= limit)
                break;
        }
        return (count, revision);
    }

    private IAsyncEnumerable<Webhook> ReadAll(KeyRange range, CancellationToken cancellationToken) =>
        store.Pages(new RangeQuery(range, PageSize), cancellationToken)
            .SelectMany(page => page.Entries.Select(Read).OfType<Webhook>());

    private Webhook? Read(Entry entry)
    {
        var webhook = WebhookRecord.TryRead(layout, entry);
        if (webhook is null)
            LogUnreadable(entry.Key);
        return webhook;
    }
}
