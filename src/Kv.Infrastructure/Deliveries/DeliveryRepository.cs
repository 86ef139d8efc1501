using Kv.Domain.Audit;
using Kv.Domain.Deliveries;
using Kv.Domain.Tenants;
using Kv.Domain.Webhooks;
using Kv.Infrastructure.Audit;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Watching;

namespace Kv.Infrastructure.Deliveries;

/// <summary>
/// The deliveries over the storage waist, for whichever replica is asked. What it changes, the watcher is called to
/// look at.
/// </summary>
internal sealed class DeliveryRepository(
    IStore store, DeliveryReads reads, DeliveryWrites writes, PastChanges past, KeyChanges changes, KeyLayout layout,
    AuditRecords audit, TimeProvider time)
    : IDeliveryRepository
{
    // Three operations each; a transaction takes about a hundred.
    private const int ReplayBatch = 20;
    private const int ReplayBatchBytes = 512 * 1024;

    public Task<(IReadOnlyList<Delivery> Deliveries, bool HasMore)> List(
        Tenant tenant, Guid webhookId, DeliveryStatus status, DeliveryId? after, int limit, CancellationToken cancellationToken) =>
        reads.List(status, tenant, webhookId, after, limit, cancellationToken);

    public async Task<Delivery?> Get(Tenant tenant, DeliveryId id, CancellationToken cancellationToken) =>
        await reads.Get(DeliveryStatus.Pending, tenant, id, cancellationToken)
        ?? await reads.Get(DeliveryStatus.Failed, tenant, id, cancellationToken);

    public async Task<bool> Redeliver(Tenant tenant, DeliveryId id, CancellationToken cancellationToken)
    {
        if (await Get(tenant, id, cancellationToken) is not { } delivery)
            return false;
        var found = layout.Delivery(delivery.Status, tenant, id);
        var value = delivery.Event.Value is null ? null : await reads.Value(tenant, id, cancellationToken);
        var now = time.GetUtcNow();
        delivery.Redeliver(now);
        var done = await store.Commit(
            // Gone meanwhile, it was accepted, or its webhook was deleted.
            new Transaction([Compare.Exists(found)], audit.With(
                [.. writes.Save(delivery, now, value), writes.Wake(tenant, id.WebhookId, now)], tenant, AuditOperations.Redeliver, id)),
            cancellationToken);
        return done.Succeeded;
    }

    public async Task<long> Replay(Webhook webhook, long sinceRevision, CancellationToken cancellationToken)
    {
        var (tenant, pattern) = (webhook.Tenant, webhook.Settings.Pattern);
        var from = layout.KeyValuePrefix(tenant, pattern.KeyOrPrefix);
        var (batch, count, bytes, replayed, isRecorded) = (new List<Operation>(), 0, 0L, 0L, false);
        await foreach (var set in past.Since(sinceRevision, from, cancellationToken))
        {
            foreach (var change in set.Changes)
            {
                if (changes.Of(change, set.Revision) is not { } changed || changed.Tenant != tenant || !webhook.Wants(changed))
                    continue;
                var delivery = Delivery.Due(
                    DeliveryId.Of(webhook.Id, set.Revision, changed.Key.Value), tenant, DeliveryEvent.Of(changed), time.GetUtcNow());
                batch.AddRange(writes.Save(delivery, time.GetUtcNow(), changed.NewValue));
                replayed++;
                count++;
                bytes += changed.NewValue?.Length ?? 0;
                if (count == ReplayBatch || bytes > ReplayBatchBytes)
                {
                    await Flush();
                    (count, bytes) = (0, 0);
                }
            }
        }
        await Flush();
        return replayed;

        async Task Flush()
        {
            if (batch.Count == 0)
                return;
            batch.Add(writes.Wake(tenant, webhook.Id, time.GetUtcNow()));
            // One record for all of it, with the first that is written.
            var first = isRecorded ? batch : audit.With(batch, tenant, AuditOperations.ReplayWebhook, webhook.Id);
            await store.Commit(Transaction.Of([.. first]), cancellationToken);
            isRecorded = true;
            batch.Clear();
        }
    }
}
