using Kv.Domain.Watching;

namespace Kv.Infrastructure.Deliveries;

/// <summary>Reads stored deliveries, for the repository and for the watcher.</summary>
internal sealed partial class DeliveryReads(IStore store, KeyLayout layout) : IDeliveryReads
{
    private const int CountedAtOnce = 500;

    public async Task<Delivery?> Get(Tenant tenant, DeliveryId id, CancellationToken cancellationToken) =>
        await Get(DeliveryStatus.Pending, tenant, id, cancellationToken)
        ?? await Get(DeliveryStatus.Failed, tenant, id, cancellationToken);

    /// <summary>Reads a delivery of a status, without its value; null when there is none.</summary>
    public async Task<Delivery?> Get(
        DeliveryStatus status, Tenant tenant, DeliveryId id, CancellationToken cancellationToken)
    {
        var read = await store.Get(
            layout.Delivery(status, tenant, id), ReadConsistency.Linearizable, cancellationToken);
        return read.Entry is { } entry ? DeliveryRecord.TryRead(tenant, entry.Value.Span) : null;
    }

    /// <summary>Reads the value of a delivery; null when it is not stored, or no longer.</summary>
    public async Task<ReadOnlyMemory<byte>?> Value(Tenant tenant, DeliveryId id, CancellationToken cancellationToken)
    {
        var read = await store.Get(layout.DeliveryValue(tenant, id), ReadConsistency.Linearizable, cancellationToken);
        return read.Entry?.Value;
    }

    /// <summary>Reads the value of a key before a change, at the revision before it.</summary>
    public async Task<PreviousValue> Previous(
        Tenant tenant, DeliveryId id, Key key, CancellationToken cancellationToken)
    {
        try
        {
            var place = KeyRange.Single(layout.KeyValue(tenant, key));
            var page = await store.Range(
                new RangeQuery(place, Limit: 1, id.Revision - 1, WithExpired: true), cancellationToken);
            return new PreviousValue(page.Entries is [var entry] ? entry.Value : null);
        }
        catch (Exception gone) when (gone is RevisionCompactedException or RevisionInFutureException)
        {
            return default;
        }
    }

    public async Task<(IReadOnlyList<Delivery> Deliveries, bool HasMore)> List(
        Tenant tenant, Guid webhookId, DeliveryStatus status, DeliveryId? after, int limit,
        CancellationToken cancellationToken)
    {
        var range = KeyRange.Prefix(layout.DeliveryPrefix(status, tenant, webhookId));
        if (after is { } last)
            range = range.From(layout.Delivery(status, tenant, last).Next());
        var deliveries = new List<Delivery>();
        // A page omits expired entries, so it may be shorter than its limit.
        await foreach (var page in store.Pages(new RangeQuery(range, limit), cancellationToken))
        {
            deliveries.AddRange(Read(tenant, page));
            if (deliveries.Count > limit || (deliveries.Count == limit && page.Next is not null))
                return (deliveries[..limit], true);
        }
        return (deliveries, false);
    }

    public async Task<IReadOnlyList<AcceptedDelivery>> ListAccepted(
        Tenant tenant, Guid webhookId, CancellationToken cancellationToken)
    {
        var read = await store.Get(
            layout.AcceptedLog(tenant, webhookId), ReadConsistency.Linearizable, cancellationToken);
        return read.Entry is { } entry ? AcceptedRecord.Read(webhookId, entry.Value.Span) : [];
    }

    /// <summary>
    /// The number of a webhook's pending and failed deliveries, and the bytes of their values.
    /// </summary>
    public async Task<(long Count, long Bytes)> CountStored(
        Tenant tenant, Guid webhookId, CancellationToken cancellationToken)
    {
        var (count, bytes) = (0L, 0L);
        foreach (var status in (DeliveryStatus[])[DeliveryStatus.Pending, DeliveryStatus.Failed])
        {
            var range = KeyRange.Prefix(layout.DeliveryPrefix(status, tenant, webhookId));
            await foreach (var page in store.Pages(new RangeQuery(range, CountedAtOnce), cancellationToken))
                foreach (var delivery in Read(tenant, page))
                {
                    count++;
                    bytes += delivery.Event.ValueBytes;
                }
        }
        return (count, bytes);
    }

    /// <summary>The webhooks with pending deliveries.</summary>
    public async Task<List<(Tenant Tenant, Guid WebhookId)>> WebhooksWithPending(CancellationToken cancellationToken)
    {
        var found = new List<(Tenant, Guid)>();
        var range = layout.PendingDeliveries;
        while (true)
        {
            // One entry of each webhook is enough: the next read starts after all of its entries.
            var page = await store.Range(new RangeQuery(range, Limit: 1, KeysOnly: true), cancellationToken);
            if (page.Entries is not [var first])
                return found;
            var next = first.Key.Next();
            if (KeyLayout.ReadWebhookOfDelivery(first.Key) is { } webhook)
            {
                found.Add(webhook);
                next = KeyRange.Prefix(
                    layout.DeliveryPrefix(DeliveryStatus.Pending, webhook.Tenant, webhook.WebhookId)).End;
            }
            if (next.CompareTo(range.End) >= 0)
                return found;
            range = range.From(next);
        }
    }

    /// <summary>The webhooks that have only failed.</summary>
    public async Task<List<(Tenant Tenant, Guid WebhookId, FailureStreak Streak)>> FailureStreaks(
        CancellationToken cancellationToken)
    {
        var found = new List<(Tenant, Guid, FailureStreak)>();
        await foreach (var page in store.Pages(new RangeQuery(layout.FailingWebhooks, Limit: 1000), cancellationToken))
            foreach (var entry in page.Entries)
                if (KeyLayout.ReadWebhookOfDelivery(entry.Key) is { } webhook
                    && FailureStreak.TryRead(entry.Value.Span) is { } streak)
                    found.Add((webhook.Tenant, webhook.WebhookId, streak));
        return found;
    }

    /// <summary>The deliveries of a page.</summary>
    public static IEnumerable<Delivery> Read(Tenant tenant, RangePage page) =>
        page.Entries.Select(entry => DeliveryRecord.TryRead(tenant, entry.Value.Span)).OfType<Delivery>();
}
