using System.Globalization;
using System.Text;
using Kv.Domain.Deliveries;
using Kv.Domain.Storage;
using Kv.Domain.Tenants;
using Kv.Domain.Webhooks;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Watching;

namespace Kv.Infrastructure.Deliveries;

/// <summary>What the dispatcher keeps in the store: deliveries that were not accepted at once, and which webhooks fail.</summary>
internal sealed class DeliveryLog(
    FencedWriter writer, DeliveryWrites writes, DeliveryReads reads, KeyLayout layout, TimeProvider time,
    DeliveryTelemetry telemetry)
{
    /// <summary>Saves a delivery for the first time, or one that now has failed for good, with its value.</summary>
    public async Task SaveWhole(Delivery delivery, DeliveryEvent @event)
    {
        try
        {
            await writer.Do(writes.Save(delivery, time.GetUtcNow(), @event.Value));
        }
        catch (StoreRejectedException error)
        {
            // Beside its value, a delivery takes a little more room in a request than the write that it tells of.
            telemetry.ValueRefused(delivery.Id, error);
            await Save(delivery);
        }
    }

    /// <summary>Saves what became of a delivery that waits still.</summary>
    public Task Save(Delivery delivery) => writer.Do(writes.Save(delivery, time.GetUtcNow(), value: null));

    public Task Remove(Tenant tenant, DeliveryId id) => writer.Do(writes.Remove(tenant, id));

    /// <summary>Removes all that there is of a webhook's deliveries.</summary>
    public async Task RemoveAll(Tenant tenant, Guid webhookId)
    {
        foreach (var operation in writes.RemoveAll(tenant, webhookId))
            await writer.Do(operation);
    }

    /// <summary>Reads a delivery that waits, with its value; null when there is none (any more).</summary>
    public async Task<(Delivery Delivery, DeliveryEvent Event)?> Read(Tenant tenant, DeliveryId id, CancellationToken cancellationToken)
    {
        var delivery = await reads.Get(DeliveryStatus.Pending, tenant, id, cancellationToken);
        if (delivery is null)
            return null;
        return delivery.Event.Value is null
            ? (delivery, delivery.Event)
            : (delivery, delivery.Event with { Value = await reads.Value(tenant, id, cancellationToken) });
    }

    /// <summary>Reads what waits for a webhook, in the order of the revisions.</summary>
    public Task<(IReadOnlyList<Delivery> Deliveries, bool HasMore)> Pending(
        Webhook webhook, DeliveryId? after, int limit, CancellationToken cancellationToken) =>
        reads.List(DeliveryStatus.Pending, webhook.Tenant, webhook.Id, after, limit, cancellationToken);

    /// <summary>Takes note that a webhook has begun to fail.</summary>
    public Task MarkFailing(Webhook webhook, DateTimeOffset since) => writer.Do(new Operation.Put(
        layout.FailingWebhook(webhook.Tenant, webhook.Id),
        Encoding.UTF8.GetBytes(since.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture))));

    /// <summary>Takes note that a webhook works again.</summary>
    public Task ClearFailing(Webhook webhook) =>
        writer.Do(new Operation.Delete(layout.FailingWebhook(webhook.Tenant, webhook.Id)));
}
