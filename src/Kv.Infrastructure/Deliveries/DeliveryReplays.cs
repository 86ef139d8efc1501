using System.Collections.Concurrent;
using Kv.Domain.Audit;
using Kv.Domain.Watching;
using Kv.Infrastructure.Audit;
using Kv.Infrastructure.Changes;

namespace Kv.Infrastructure.Deliveries;

/// <summary>
/// Replays past changes to webhooks: it stores them as deliveries that are due. A webhook has one replay at a time, and
/// each takes its share of the memory for past changes.
/// </summary>
internal sealed class DeliveryReplays(
    IStore store, DeliveryWrites writes, ReplayRoom room, PastChanges past, IWatchBudget budget,
    KeyChangeMapper changes, AuditRecords audit, TimeProvider time)
{
    // The changes that the store has read, and those that are about to be stored.
    private const long HeldBytes = 8 * 1024 * 1024;

    private readonly ConcurrentDictionary<Guid, bool> _running = [];

    /// <inheritdoc cref="IDeliveryRepository.Replay"/>
    public async Task<long> Replay(Webhook webhook, long sinceRevision, CancellationToken cancellationToken)
    {
        if (!_running.TryAdd(webhook.Id, true))
            throw new ReplayInProgressException();
        try
        {
            using var share = await budget.Take(webhook.Tenant, HeldBytes, isOpening: true, cancellationToken);
            return await Store(webhook, sinceRevision, cancellationToken);
        }
        finally
        {
            _running.TryRemove(webhook.Id, out _);
        }
    }

    private async Task<long> Store(Webhook webhook, long sinceRevision, CancellationToken cancellationToken)
    {
        var (tenant, pattern) = (webhook.Tenant, webhook.Settings.Pattern);
        // A replayed delivery replaces a stored one with the same id; it is still counted twice.
        var (kept, all) = await room.Count(webhook, cancellationToken);
        var (batch, count, bytes, replayed, isRecorded) = (new List<Operation>(), 0, 0L, 0L, false);
        var through = sinceRevision;
        var (epoch, current) = await past.Now(sinceRevision, cancellationToken);
        await foreach (var set in past.Between(epoch, tenant, pattern, sinceRevision, current, cancellationToken))
        {
            if (room.IsFull(tenant, kept + replayed, all))
            {
                await Flush();
                throw new BacklogFullException(replayed, through);
            }
            foreach (var change in set.Changes)
            {
                if (changes.Map(change, set.Revision) is not { } changed || changed.Tenant != tenant
                    || !webhook.Matches(changed))
                    continue;
                var delivery = Delivery.Due(
                    DeliveryId.For(webhook.Id, set.Revision, changed.Key.Value), tenant, DeliveryEvent.From(changed),
                    time.GetUtcNow());
                batch.AddRange(writes.Save(delivery, time.GetUtcNow(), changed.NewValue));
                replayed++;
                count++;
                bytes += changed.NewValue?.Length ?? 0;
                all += changed.NewValue?.Length ?? 0;
                if (count == DeliveryWrites.Batch || bytes > DeliveryWrites.BatchBytes)
                    await Flush();
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
            await store.Commit(Transaction.Unconditional([.. first]), cancellationToken);
            await room.Add(webhook, count, bytes, cancellationToken);
            isRecorded = true;
            batch.Clear();
            (count, bytes) = (0, 0);
        }
    }
}
