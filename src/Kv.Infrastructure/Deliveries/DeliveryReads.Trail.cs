using System.Buffers.Text;
using System.Text;

namespace Kv.Infrastructure.Deliveries;

/// <content>The trail of one delivery.</content>
internal sealed partial class DeliveryReads
{
    // How many pending deliveries are searched for an earlier delivery of the same key, in how many pages.
    private const int SearchedAtOnce = 1_000;
    private const int MaxPages = 5;

    public async Task<DeliveryTrail> Trail(Tenant tenant, DeliveryId id, CancellationToken cancellationToken)
    {
        // Read first: every delivery up to the cursor is stored or was accepted.
        var cursor = await Cursor(cancellationToken);
        var (pending, failed, _) = await store.GetPair(
            layout.Delivery(DeliveryStatus.Pending, tenant, id), layout.Delivery(DeliveryStatus.Failed, tenant, id),
            ReadConsistency.Linearizable, cancellationToken);
        var stored = (pending ?? failed) is { } entry ? DeliveryRecord.TryRead(tenant, entry.Value.Span) : null;
        var isAwaited = stored?.Status == DeliveryStatus.Pending || (stored is null && !(cursor >= id.Revision));
        var heldBy = isAwaited ? await FindEarlier(tenant, id, cancellationToken) : null;
        var log = stored is null ? await ListAccepted(tenant, id.WebhookId, cancellationToken) : [];
        return new DeliveryTrail(
            cursor, stored, heldBy, log.FirstOrDefault(accepted => accepted.Id == id),
            IsLogFull: log.Count == AcceptedDelivery.Kept && log.All(accepted => accepted.Id.Revision > id.Revision));
    }

    private async Task<long?> Cursor(CancellationToken cancellationToken)
    {
        var read = await store.Get(layout.WatcherCursor, ReadConsistency.Linearizable, cancellationToken);
        return read.Entry is { } entry && Utf8Parser.TryParse(entry.Value.Span, out long cursor, out _) ? cursor : null;
    }

    private async Task<Delivery?> FindEarlier(Tenant tenant, DeliveryId id, CancellationToken cancellationToken)
    {
        var hash = Encoding.UTF8.GetBytes(id.KeyHash);
        var range = KeyRange.Between(
            layout.DeliveryPrefix(DeliveryStatus.Pending, tenant, id.WebhookId),
            layout.Delivery(DeliveryStatus.Pending, tenant, id));
        var query = new RangeQuery(range, SearchedAtOnce, KeysOnly: true);
        await foreach (var page in store.Pages(query, cancellationToken).Take(MaxPages))
            if (page.Entries.FirstOrDefault(entry => entry.Key.Span.EndsWith(hash)) is { } earlier)
            {
                var read = await store.Get(earlier.Key, ReadConsistency.Linearizable, cancellationToken);
                return read.Entry is { } found ? DeliveryRecord.TryRead(tenant, found.Value.Span) : null;
            }
        return null;
    }
}
