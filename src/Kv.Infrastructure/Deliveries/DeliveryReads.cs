using Kv.Domain.Deliveries;
using Kv.Domain.Storage;
using Kv.Domain.Tenants;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Deliveries;

/// <summary>What is read of the deliveries in the store, whoever reads it.</summary>
internal sealed class DeliveryReads(IStore store, KeyLayout layout)
{
    /// <summary>Reads a delivery, without its value; null when there is none.</summary>
    public async Task<Delivery?> Get(DeliveryStatus status, Tenant tenant, DeliveryId id, CancellationToken cancellationToken)
    {
        var read = await store.Get(layout.Delivery(status, tenant, id), ReadConsistency.Linearizable, cancellationToken);
        return read.Entry is { } entry ? DeliveryRecord.TryRead(tenant, entry.Value.Span) : null;
    }

    /// <summary>Reads the value of a delivery; null when it is not kept (any more).</summary>
    public async Task<ReadOnlyMemory<byte>?> Value(Tenant tenant, DeliveryId id, CancellationToken cancellationToken)
    {
        var read = await store.Get(layout.DeliveryValue(tenant, id), ReadConsistency.Linearizable, cancellationToken);
        return read.Entry?.Value;
    }

    /// <summary>Reads a webhook's deliveries in the order of their revisions, without their values.</summary>
    public async Task<(IReadOnlyList<Delivery> Deliveries, bool HasMore)> List(
        DeliveryStatus status, Tenant tenant, Guid webhookId, DeliveryId? after, int limit, CancellationToken cancellationToken)
    {
        var range = KeyRange.Prefix(layout.DeliveryPrefix(status, tenant, webhookId));
        if (after is { } last)
            range = range.From(layout.Delivery(status, tenant, last).Next());
        var deliveries = new List<Delivery>();
        while (true)
        {
            var page = await store.Range(new RangeQuery(range, limit - deliveries.Count), cancellationToken);
            foreach (var entry in page.Entries)
                if (DeliveryRecord.TryRead(tenant, entry.Value.Span) is { } delivery)
                    deliveries.Add(delivery);
            if (page.Next is not { } next)
                return (deliveries, false);
            if (deliveries.Count == limit)
                return (deliveries, true);
            // What has expired is left out of a page.
            range = range.From(next);
        }
    }

    /// <summary>The webhooks for which something waits.</summary>
    public async Task<List<(Tenant Tenant, Guid WebhookId)>> WebhooksWithPending(CancellationToken cancellationToken)
    {
        var found = new List<(Tenant, Guid)>();
        var range = layout.PendingDeliveries;
        while (true)
        {
            // One entry of each webhook is enough: the next look is behind all of them.
            var page = await store.Range(new RangeQuery(range, Limit: 1, KeysOnly: true), cancellationToken);
            if (page.Entries is not [var first])
                return found;
            var behind = first.Key.Next();
            if (KeyLayout.ReadWebhookOfDelivery(first.Key) is { } webhook)
            {
                found.Add(webhook);
                behind = KeyRange.Prefix(layout.DeliveryPrefix(DeliveryStatus.Pending, webhook.Tenant, webhook.WebhookId)).End;
            }
            if (behind.CompareTo(range.End) >= 0)
                return found;
            range = range.From(behind);
        }
    }

    /// <summary>Since when webhooks have done nothing but fail.</summary>
    public async Task<List<(Tenant Tenant, Guid WebhookId, DateTimeOffset Since)>> Failing(CancellationToken cancellationToken)
    {
        var found = new List<(Tenant, Guid, DateTimeOffset)>();
        for (var query = new RangeQuery(layout.FailingWebhooks, Limit: 1000); ;)
        {
            var page = await store.Range(query, cancellationToken);
            foreach (var entry in page.Entries)
                if (KeyLayout.ReadWebhookOfDelivery(entry.Key) is { } webhook
                    && System.Buffers.Text.Utf8Parser.TryParse(entry.Value.Span, out long since, out _))
                    found.Add((webhook.Tenant, webhook.WebhookId, DateTimeOffset.FromUnixTimeMilliseconds(since)));
            if (page.Next is not { } next)
                return found;
            query = query with { Range = query.Range.From(next), Revision = page.Revision };
        }
    }
}
