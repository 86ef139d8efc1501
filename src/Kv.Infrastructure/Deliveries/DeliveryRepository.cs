using Kv.Domain.Audit;
using Kv.Infrastructure.Audit;

namespace Kv.Infrastructure.Deliveries;

/// <summary>
/// Changes deliveries, on either engine and on any replica. After a change it notifies the watcher to read the
/// deliveries again.
/// </summary>
internal sealed class DeliveryRepository(
    IStore store, DeliveryReads reads, DeliveryWrites writes, DeliveryReplays replays, KeyLayout layout,
    AuditRecords audit, TimeProvider time)
    : IDeliveryRepository
{
    private const int Attempts = 3;

    // The most failed deliveries, and bytes of their values, that one call makes due.
    private const int MaxRedelivered = 500;
    private const long MaxRedeliveredBytes = 8 * 1024 * 1024;

    public async Task<bool> Redeliver(Tenant tenant, DeliveryId id, CancellationToken cancellationToken)
    {
        // A delivery that fails for good meanwhile is found as failed in the next attempt.
        for (var attempt = 0;
            attempt < Attempts && await reads.Get(tenant, id, cancellationToken) is { } delivery; attempt++)
            if ((await MakeDue([delivery], (AuditOperations.Redeliver, id), cancellationToken)).Count > 0)
                return true;
        // The delivery was accepted, or its webhook was deleted.
        return false;
    }

    public async Task<(int Count, bool HasMore)> RedeliverFailed(
        Tenant tenant, Guid webhookId, CancellationToken cancellationToken)
    {
        var (count, bytes, conflicts) = (0, 0L, 0);
        DeliveryId? after = null;
        while (count < MaxRedelivered && bytes < MaxRedeliveredBytes && conflicts < Attempts)
        {
            var (failed, hasMore) = await reads.List(
                tenant, webhookId, DeliveryStatus.Failed, after, DeliveryWrites.Batch, cancellationToken);
            if (failed.Count == 0)
                return (count, false);
            // One audit record for the whole call, with its first batch.
            (string, object)? audited = count == 0 ? (AuditOperations.RedeliverFailed, webhookId) : null;
            var due = await MakeDue(failed, audited, cancellationToken);
            if (due.Count == failed.Count && !hasMore)
                return (count + due.Count, false);
            if (due.Count == 0)
                conflicts++;
            else
                after = failed[due.Count - 1].Id;
            (count, bytes) = (count + due.Count, bytes + due.Bytes);
        }
        return (count, true);
    }

    public Task<long> Replay(Webhook webhook, long sinceRevision, CancellationToken cancellationToken) =>
        replays.Replay(webhook, sinceRevision, cancellationToken);

    // Makes the first deliveries of a webhook due, as many as fit into a transaction; none when one of them was
    // accepted, failed or expired meanwhile.
    private async Task<(int Count, long Bytes)> MakeDue(
        IReadOnlyList<Delivery> deliveries, (string Operation, object Target)? audited,
        CancellationToken cancellationToken)
    {
        var (tenant, now) = (deliveries[0].Tenant, time.GetUtcNow());
        var (conditions, operations, bytes) = (new List<Compare>(), new List<Operation>(), 0L);
        foreach (var delivery in deliveries)
        {
            // The value of a pending delivery stays as it is.
            var value = delivery.Status == DeliveryStatus.Pending || delivery.Event.Value is null
                ? null
                : await reads.Value(tenant, delivery.Id, cancellationToken);
            if (conditions.Count > 0 && bytes + (value?.Length ?? 0) > DeliveryWrites.BatchBytes)
                break;
            conditions.Add(Compare.Exists(layout.Delivery(delivery.Status, tenant, delivery.Id)));
            delivery.Redeliver(now);
            operations.AddRange(writes.Save(delivery, now, value));
            bytes += value?.Length ?? 0;
        }
        operations.Add(writes.Wake(tenant, deliveries[0].Id.WebhookId, now));
        var done = await store.Commit(
            new Transaction(
                conditions,
                audited is var (operation, target) ? audit.With(operations, tenant, operation, target) : operations),
            cancellationToken);
        return done.Succeeded ? (conditions.Count, bytes) : (0, 0);
    }
}
