using Kv.Domain.Audit;
using Kv.Domain.Deliveries;
using Kv.Domain.Quotas;
using Kv.Domain.Tenants;
using Kv.Domain.Webhooks;
using Kv.Infrastructure.Audit;
using Kv.Infrastructure.Changes;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Deliveries;

/// <summary>
/// The deliveries, on either engine and on any replica. After a change it notifies the watcher to read the deliveries
/// again.
/// </summary>
internal sealed class DeliveryRepository(
    IStore store, DeliveryReads reads, DeliveryWrites writes, PastChanges past, KeyChanges changes, KeyLayout layout,
    AuditRecords audit, DeliveryOptions options, TimeProvider time, ITenantUsages? usages = null)
    : IDeliveryRepository
{
    private const int Attempts = 3;

    // A delivery takes three operations; a transaction takes about a hundred.
    private const int ReplayBatch = 20;
    private const int ReplayBatchBytes = 512 * 1024;

    public Task<(IReadOnlyList<Delivery> Deliveries, bool HasMore)> List(
        Tenant tenant, Guid webhookId, DeliveryStatus status, DeliveryId? after, int limit,
        CancellationToken cancellationToken) =>
        reads.List(status, tenant, webhookId, after, limit, cancellationToken);

    public async Task<Delivery?> Get(Tenant tenant, DeliveryId id, CancellationToken cancellationToken) =>
        await reads.Get(DeliveryStatus.Pending, tenant, id, cancellationToken)
        ?? await reads.Get(DeliveryStatus.Failed, tenant, id, cancellationToken);

    public async Task<bool> Redeliver(Tenant tenant, DeliveryId id, CancellationToken cancellationToken)
    {
        // A delivery that fails for good meanwhile is found as failed in the next attempt.
        for (var attempt = 0; attempt < Attempts && await Get(tenant, id, cancellationToken) is { } delivery; attempt++)
        {
            var found = layout.Delivery(delivery.Status, tenant, id);
            var value = delivery.Event.Value is null ? null : await reads.Value(tenant, id, cancellationToken);
            var now = time.GetUtcNow();
            delivery.Redeliver(now);
            var done = await store.Commit(
                new Transaction([Compare.Exists(found)], audit.With(
                    [.. writes.Save(delivery, now, value), writes.Wake(tenant, id.WebhookId, now)], tenant,
                    AuditOperations.Redeliver, id)),
                cancellationToken);
            if (done.Succeeded)
                return true;
        }
        // The delivery was accepted, or its webhook was deleted.
        return false;
    }

    public async Task<long> Replay(Webhook webhook, long sinceRevision, CancellationToken cancellationToken)
    {
        var (tenant, pattern) = (webhook.Tenant, webhook.Settings.Pattern);
        var range = layout.KeyValuesOf(tenant, pattern);
        // A replayed delivery replaces a stored one with the same id; it is still counted twice.
        var (kept, all) = await reads.Kept(tenant, webhook.Id, cancellationToken);
        var (batch, count, bytes, replayed, isRecorded) = (new List<Operation>(), 0, 0L, 0L, false);
        var through = sinceRevision;
        await foreach (var set in past.Since(sinceRevision, tenant, range, cancellationToken))
        {
            if (IsFull(kept + replayed, all) || usages.IsFull(tenant, growth: 1))
            {
                await Flush();
                throw new BacklogFullException(replayed, through);
            }
            foreach (var change in set.Changes)
            {
                if (changes.Of(change, set.Revision) is not { } changed || changed.Tenant != tenant
                    || !webhook.Wants(changed))
                    continue;
                var delivery = Delivery.Due(
                    DeliveryId.Of(webhook.Id, set.Revision, changed.Key.Value), tenant, DeliveryEvent.Of(changed),
                    time.GetUtcNow());
                batch.AddRange(writes.Save(delivery, time.GetUtcNow(), changed.NewValue));
                replayed++;
                count++;
                bytes += changed.NewValue?.Length ?? 0;
                all += changed.NewValue?.Length ?? 0;
                if (count == ReplayBatch || bytes > ReplayBatchBytes)
                {
                    await Flush();
                    (count, bytes) = (0, 0);
                }
            }
            through = set.Revision;
        }
        await Flush();
        return replayed;

        async Task Flush()
        {
            if (batch.Count == 0)
                return;
            batch.Add(writes.Wake(tenant, webhook.Id, time.GetUtcNow()));
            // One audit record for the whole replay, with its first batch.
            var first = isRecorded ? batch : audit.With(batch, tenant, AuditOperations.ReplayWebhook, webhook.Id);
            await store.Commit(Transaction.Of([.. first]), cancellationToken);
            isRecorded = true;
            batch.Clear();
        }
    }

    // A single delivery always fits.
    private bool IsFull(long count, long bytes) =>
        count >= options.BacklogDeliveries || (count > 0 && bytes >= options.BacklogBytes);
}
