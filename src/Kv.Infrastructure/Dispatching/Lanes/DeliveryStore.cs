using Kv.Domain.Deliveries;
using Kv.Domain.KeyValues;
using Kv.Domain.Storage;
using Kv.Domain.Tenants;
using Kv.Domain.Webhooks;
using Kv.Infrastructure.Deliveries;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Dispatching.Lanes;

/// <summary>
/// The leader's stored data: deliveries that were not accepted at once, and which webhooks fail. Reads and writes
/// without an answer are repeated until the term ends.
/// </summary>
internal sealed class DeliveryStore(
    FencedWriter writer, DeliveryWrites writes, PatientStore store, KeyLayout layout, TimeProvider time,
    DeliveryTelemetry telemetry)
{
    private readonly DeliveryReads _reads = new(store, layout);

    /// <summary>Saves a delivery for the first time, or one that has failed for good, with its value.</summary>
    public async Task SaveWhole(Delivery delivery, DeliveryEvent @event)
    {
        try
        {
            await writer.Do(writes.Save(delivery, time.GetUtcNow(), @event.Value));
        }
        catch (StoreRejectedException error)
        {
            // With its value, a delivery takes a little more room in a request than the write of the key.
            telemetry.ValueRefused(delivery.Id, error);
            await Save(delivery);
        }
    }

    /// <summary>Saves the outcome of an attempt of a pending delivery.</summary>
    public Task Save(Delivery delivery) => writer.Do(writes.Save(delivery, time.GetUtcNow(), value: null));

    public Task Remove(Tenant tenant, DeliveryId id) => writer.Do(writes.Remove(tenant, id));

    /// <summary>Removes all deliveries of a webhook.</summary>
    public async Task RemoveAll(Tenant tenant, Guid webhookId)
    {
        foreach (var operation in writes.RemoveAll(tenant, webhookId))
            await writer.Do(operation);
    }

    /// <summary>Reads a pending delivery with its value; null when there is none, or no longer.</summary>
    public async Task<(Delivery Delivery, DeliveryEvent Event)?> Read(
        Tenant tenant, DeliveryId id, CancellationToken cancellationToken)
    {
        var delivery = await _reads.Get(DeliveryStatus.Pending, tenant, id, cancellationToken);
        if (delivery is null)
            return null;
        return delivery.Event.Value is null
            ? (delivery, delivery.Event)
            : (delivery, delivery.Event with { Value = await _reads.Value(tenant, id, cancellationToken) });
    }

    /// <summary>The event with the key's previous value, if the webhook asks for it and there was one.</summary>
    public async ValueTask<DeliveryEvent> WithPrevious(
        DeliveryEvent @event, DeliveryId id, Webhook webhook, CancellationToken cancellationToken) =>
        webhook.Settings is { AddEventData: true, IncludePrevious: true }
            && @event.Kind is not (null or KeyChangeKind.Create)
            ? @event with
            {
                Previous = await _reads.Previous(webhook.Tenant, id, Key.Parse(@event.Key), cancellationToken),
            }
            : @event;

    /// <summary>Reads a page of a webhook's pending deliveries, in the order of their ids, without values.</summary>
    /// <param name="webhook">The webhook.</param>
    /// <param name="before">The page before, whose revision is used; null to begin at the present revision.</param>
    /// <param name="limit">The most deliveries.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <exception cref="RevisionCompactedException">The revision is no longer kept.</exception>
    public async Task<PendingPage> Pending(
        Webhook webhook, PendingPage? before, int limit, CancellationToken cancellationToken)
    {
        var range = KeyRange.Prefix(layout.DeliveryPrefix(DeliveryStatus.Pending, webhook.Tenant, webhook.Id));
        var page = await store.Range(
            new RangeQuery(before?.Next is { } next ? range.From(next) : range, limit, before?.Revision ?? 0),
            cancellationToken);
        return new PendingPage(
            [
                .. page.Entries.Select(entry => DeliveryRecord.TryRead(webhook.Tenant, entry.Value.Span))
                    .OfType<Delivery>(),
            ],
            page.Next, page.Revision);
    }

    /// <summary>The number of a webhook's pending and failed deliveries, and the bytes of their values.</summary>
    public Task<(long Count, long Bytes)> Kept(Webhook webhook, CancellationToken cancellationToken) =>
        _reads.Kept(webhook.Tenant, webhook.Id, cancellationToken);

    /// <summary>The webhooks with pending deliveries.</summary>
    public Task<List<(Tenant Tenant, Guid WebhookId)>> WebhooksWithPending(CancellationToken cancellationToken) =>
        _reads.WebhooksWithPending(cancellationToken);

    /// <summary>The webhooks that have only failed.</summary>
    public Task<List<(Tenant Tenant, Guid WebhookId, Failing Failing)>> Failing(CancellationToken cancellationToken) =>
        _reads.Failing(cancellationToken);

    /// <summary>Records that a webhook fails.</summary>
    public Task MarkFailing(Webhook webhook, Failing failing) =>
        writer.Do(new Operation.Put(layout.FailingWebhook(webhook.Tenant, webhook.Id), failing.Write()));

    /// <summary>Records that a webhook works again.</summary>
    public Task ClearFailing(Webhook webhook) =>
        writer.Do(new Operation.Delete(layout.FailingWebhook(webhook.Tenant, webhook.Id)));
}

/// <summary>A page of a webhook's pending deliveries.</summary>
/// <param name="Deliveries">The deliveries, in the order of their ids.</param>
/// <param name="Next">The start of the next page; null on the last page.</param>
/// <param name="Revision">The revision at which it was read.</param>
internal sealed record PendingPage(IReadOnlyList<Delivery> Deliveries, StoreKey? Next, long Revision);
