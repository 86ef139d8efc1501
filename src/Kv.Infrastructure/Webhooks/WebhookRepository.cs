using System.Runtime.CompilerServices;
using Kv.Domain.Audit;
using Kv.Domain.Idempotency;
using Kv.Domain.Storage;
using Kv.Domain.Tenants;
using Kv.Domain.Webhooks;
using Kv.Infrastructure.Audit;
using Kv.Infrastructure.Idempotency;
using Kv.Infrastructure.Storage;
using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Webhooks;

/// <summary>Webhooks over the storage waist, whichever engine is behind it.</summary>
internal sealed partial class WebhookRepository(
    IStore store, KeyLayout layout, IdempotencyRecords records, AuditRecords audit, TimeProvider time,
    ILogger<WebhookRepository> logger) : IWebhookRepository
{
    private const int PageSize = 500;

    // Whoever loses a try has lost it to another webhook of the same tenant, so even a crowd is through long before.
    private const int MaxTries = 100;
    private const int LongestWaitMilliseconds = 50;

    public async Task<bool> Add(Webhook webhook, int limit, CancellationToken cancellationToken) =>
        (await AddOnce(webhook, limit, null, cancellationToken)).Id is not null;

    Task<(Guid? Id, bool IsReplayed)> IWebhookRepository.AddOnce(
        Webhook webhook, int limit, IdempotentRequest request, CancellationToken cancellationToken) =>
        AddOnce(webhook, limit, request, cancellationToken);

    private async Task<(Guid? Id, bool IsReplayed)> AddOnce(
        Webhook webhook, int limit, IdempotentRequest? request, CancellationToken cancellationToken)
    {
        var tenant = webhook.Tenant;
        var tenants = KeyRange.Prefix(layout.WebhookPrefix(tenant));
        var key = layout.Webhook(tenant, webhook.Id);
        List<Operation> operations =
            [.. audit.With([new Operation.Put(key, WebhookRecord.Write(webhook))], tenant, AuditOperations.AddWebhook, webhook.Id)];
        if (request is not null)
            operations.Add(records.Put(tenant, request, webhook.Id.ToByteArray()));
        for (var tries = 1; tries <= MaxTries; tries++)
        {
            var (count, revision) = await Count(tenants, limit, cancellationToken);
            // Behind the count: what it was counted with may have been added by this very request, a moment ago.
            if (request is not null && await AddedBefore(tenant, request, cancellationToken) is { } before)
                return (before, true);
            if (count >= limit)
                return (null, false);
            // No counter is kept, so none can be wrong: what was counted is still all there is, or it is counted again.
            List<Compare> conditions = [Compare.UnwrittenSince(tenants, revision), Compare.Absent(key)];
            if (request is not null)
                conditions.Add(records.IsNew(tenant, request));
            if ((await store.Commit(new Transaction(conditions, operations), cancellationToken)).Succeeded)
                return (webhook.Id, false);
            var wait = Random.Shared.Next(Math.Min(1 << Math.Min(tries, 16), LongestWaitMilliseconds));
            await Task.Delay(TimeSpan.FromMilliseconds(wait), time, cancellationToken);
        }
        throw new StoreUnavailableException("The tenant's webhooks changed at every try to add one.");
    }

    private async Task<Guid?> AddedBefore(Tenant tenant, IdempotentRequest request, CancellationToken cancellationToken)
    {
        var read = await store.Get(records.Place(tenant, request), ReadConsistency.Linearizable, cancellationToken);
        return read.Entry is { } entry ? new Guid(IdempotencyRecords.Answer(entry, request).Span) : null;
    }

    public async Task<Webhook?> Get(Tenant tenant, Guid id, CancellationToken cancellationToken)
    {
        var read = await store.Get(layout.Webhook(tenant, id), ReadConsistency.Linearizable, cancellationToken);
        return read.Entry is { } entry ? Read(entry) : null;
    }

    public async Task<IReadOnlyList<Webhook>> List(Tenant tenant, CancellationToken cancellationToken)
    {
        var found = new List<(Webhook Webhook, long CreateRevision)>();
        await foreach (var page in Pages(KeyRange.Prefix(layout.WebhookPrefix(tenant)), PageSize, keysOnly: false, cancellationToken))
            foreach (var entry in page.Entries)
                if (Read(entry) is { } webhook)
                    found.Add((webhook, entry.CreateRevision));
        return [.. found.OrderBy(one => one.Webhook.CreatedAt).ThenBy(one => one.CreateRevision).Select(one => one.Webhook)];
    }

    public async Task<bool> Update(Webhook webhook, CancellationToken cancellationToken)
    {
        var key = layout.Webhook(webhook.Tenant, webhook.Id);
        // Only the stored form has the members that this version does not know.
        var read = await store.Get(key, ReadConsistency.Linearizable, cancellationToken);
        if (read.Entry is not { } entry || entry.ModRevision != webhook.Revision)
            return false;
        var update = new Transaction(
            [Compare.ModRevision(key, CompareRelation.Equal, webhook.Revision)],
            audit.With(
                [new Operation.Put(key, WebhookRecord.Write(webhook, entry.Value))], webhook.Tenant, AuditOperations.ChangeWebhook, webhook.Id));
        return (await store.Commit(update, cancellationToken)).Succeeded;
    }

    public async Task Delete(Tenant tenant, Guid id, CancellationToken cancellationToken)
    {
        var key = layout.Webhook(tenant, id);
        var removal = new Transaction([Compare.Exists(key)], [new Operation.Delete(key)]);
        await audit.Remove(store, removal, tenant, AuditOperations.DeleteWebhook, id, cancellationToken);
    }

    // What cannot be read counts as well: it is there, and a later version may read it.
    private async Task<(int Count, long Revision)> Count(KeyRange tenants, int limit, CancellationToken cancellationToken)
    {
        var (count, revision) = (0, 0L);
        await foreach (var page in Pages(tenants, Math.Clamp(limit, 1, PageSize), keysOnly: true, cancellationToken))
        {
            (count, revision) = (count + page.Entries.Count, page.Revision);
            if (count >= limit)
                break;
        }
        return (count, revision);
    }

    private async IAsyncEnumerable<RangePage> Pages(
        KeyRange range, int size, bool keysOnly, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var query = new RangeQuery(range, size, KeysOnly: keysOnly);
        while (true)
        {
            var page = await store.Range(query, cancellationToken);
            yield return page;
            if (page.Next is not { } next)
                yield break;
            query = query with { Range = query.Range.From(next), Revision = page.Revision };
        }
    }

    private Webhook? Read(Entry entry)
    {
        var webhook = WebhookRecord.TryRead(layout, entry);
        if (webhook is null)
            LogUnreadable(entry.Key);
        return webhook;
    }
}
