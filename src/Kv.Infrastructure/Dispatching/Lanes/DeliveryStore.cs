using Kv.Domain.Quotas;
using Kv.Infrastructure.Deliveries;

namespace Kv.Infrastructure.Dispatching.Lanes;

/// <summary>
/// The leader's stored data: deliveries that were not accepted at once, and which webhooks fail. Reads and writes
/// without an answer are repeated until the term ends.
/// </summary>
internal sealed class DeliveryStore(
    Lead lead, FencedWriter writer, DeliveryWrites writes, RetryingStore store, KeyLayout layout, TimeProvider time,
    DeliveryTelemetry telemetry, ITenantUsages? usages = null)
{
    /// <summary>Reads of stored deliveries, repeated while the store does not answer.</summary>
    public DeliveryReads Reads { get; } = new(store, layout);

    /// <summary>Whether further waiting bytes would exceed a tenant's quota.</summary>
    public bool IsOverQuota(Tenant tenant, int bytes) => usages.IsFull(tenant, bytes);

    /// <summary>Counts the stored deliveries of a webhook, and the bytes of their values.</summary>
    public Task<(long Count, long Bytes)> CountStored(Webhook webhook) =>
        Reads.CountStored(webhook.Tenant, webhook.Id, lead.Over);

    /// <summary>Saves a delivery for the first time, or one that has failed for good, with its value.</summary>
    public async Task SaveWhole(Delivery delivery, DeliveryEvent @event)
    {
        try
        {
            await writer.Apply(writes.Save(delivery, time.GetUtcNow(), @event.Value));
        }
        catch (StoreRejectedException error)
        {
            // A delivery with its value needs a slightly larger request than the write of the key.
            telemetry.LogValueRefused(delivery.Id, error.Message);
            await Save(delivery);
        }
    }

    /// <summary>Saves the outcome of an attempt of a pending delivery.</summary>
    public Task Save(Delivery delivery) => writer.Apply(writes.Save(delivery, time.GetUtcNow(), value: null));

    public Task Remove(Tenant tenant, DeliveryId id) => writer.Apply(writes.Remove(tenant, id));

    /// <summary>Removes all deliveries of a webhook.</summary>
    public async Task RemoveAll(Tenant tenant, Guid webhookId)
    {
        foreach (var operation in writes.RemoveAll(tenant, webhookId))
            await writer.Apply(operation);
    }

    /// <summary>Reads a pending delivery with its value; null when there is none, or no longer.</summary>
    public async Task<(Delivery Delivery, DeliveryEvent Event)?> Read(Tenant tenant, DeliveryId id)
    {
        var delivery = await Reads.Get(DeliveryStatus.Pending, tenant, id, lead.Over);
        if (delivery is null)
            return null;
        return delivery.Event.Value is null
            ? (delivery, delivery.Event)
            : (delivery, delivery.Event with { Value = await Reads.Value(tenant, id, lead.Over) });
    }

    /// <summary>The event with the key's previous value, if the webhook asks for it and there was one.</summary>
    public async ValueTask<DeliveryEvent> WithPrevious(DeliveryEvent @event, DeliveryId id, Webhook webhook) =>
        webhook.Settings is { AddEventData: true, IncludePrevious: true }
            && @event.Kind is not (null or KeyChangeKind.Create)
            ? @event with
            {
                Previous = await Reads.Previous(webhook.Tenant, id, Key.Parse(@event.Key), lead.Over),
            }
            : @event;

    /// <summary>Reads a page of a webhook's pending deliveries, in the order of their ids, without values.</summary>
    /// <param name="before">The page before, whose revision is used; null to begin at the current revision.</param>
    /// <exception cref="RevisionCompactedException">The revision is no longer kept.</exception>
    public async Task<PendingPage> Pending(Webhook webhook, PendingPage? before, int limit)
    {
        var range = KeyRange.Prefix(layout.DeliveryPrefix(DeliveryStatus.Pending, webhook.Tenant, webhook.Id));
        var page = await store.Range(
            new RangeQuery(before?.Next is { } next ? range.From(next) : range, limit, before?.Revision ?? 0),
            lead.Over);
        return new PendingPage([.. DeliveryReads.Read(webhook.Tenant, page)], page.Next, page.Revision);
    }

    /// <summary>Records that a webhook fails.</summary>
    public Task MarkFailing(Webhook webhook, FailureStreak streak) =>
        writer.Apply(new Operation.Put(layout.FailingWebhook(webhook.Tenant, webhook.Id), streak.Write()));

    /// <summary>Records that a webhook works again.</summary>
    public Task ClearFailing(Webhook webhook) =>
        writer.Apply(new Operation.Delete(layout.FailingWebhook(webhook.Tenant, webhook.Id)));
}

/// <summary>A page of a webhook's pending deliveries.</summary>
/// <param name="Deliveries">The deliveries, in the order of their ids.</param>
/// <param name="Next">The start of the next page; null on the last page.</param>
/// <param name="Revision">The revision at which it was read.</param>
internal sealed record PendingPage(IReadOnlyList<Delivery> Deliveries, StoreKey? Next, long Revision);
