namespace Kv.Infrastructure.Dispatching.Lanes;

/// <summary>Moves the deliveries of one webhook to the store, and removes accepted ones from it.</summary>
internal sealed class LaneStorage(
    Webhook webhook, LaneQueue queue, LaneBacklog backlog, DeliveryStore store, DeliveryTelemetry telemetry,
    TimeProvider time)
{
    /// <summary>Stores a delivery that waits, unless it is stored or its outcome is being written.</summary>
    public async Task Store(LaneItem item)
    {
        if (item.Event is not { } @event || item.TryBeginStoring() is not { } stored)
            return;
        try
        {
            if (!await backlog.TryAdd(@event))
            {
                Drop(item);
                stored.SetResult(false);
                return;
            }
            await store.SaveWhole(Delivery.Due(item.Id, webhook.Tenant, @event, time.GetUtcNow()), @event);
            queue.MarkStored(item);
            stored.SetResult(true);
        }
        catch (OperationCanceledException)
        {
            // The term has ended, and the next leader reads the change again.
            stored.SetCanceled(CancellationToken.None);
        }
        catch (Exception error)
        {
            telemetry.LogCannotStore(item.Id, error.Message);
            queue.MarkUnstored(item);
            stored.SetResult(false);
        }
    }

    /// <summary>Stores a delivery that was not accepted.</summary>
    /// <returns>False when there is no room for it.</returns>
    public async Task<bool> StoreOutcome(LaneItem item, Delivery delivery, DeliveryEvent @event)
    {
        var isStored = await item.BeginClosing();
        if (!isStored && !await backlog.TryAdd(@event))
        {
            backlog.Drop(item);
            return false;
        }
        if (isStored && delivery.Status == DeliveryStatus.Pending)
            await store.Save(delivery);
        else
            await store.SaveWhole(delivery, @event);
        item.MarkStored();
        queue.Settle(item);
        if (delivery.Status == DeliveryStatus.Failed)
            telemetry.GivenUp(delivery);
        return true;
    }

    /// <summary>Removes a delivery that was accepted.</summary>
    public async Task Complete(LaneItem item)
    {
        try
        {
            if (await item.BeginClosing())
            {
                await store.Remove(webhook.Tenant, item.Id);
                backlog.Changed();
            }
        }
        catch (StoreRejectedException error)
        {
            // Repeating the removal here would not end; the next leader sends the delivery again.
            telemetry.LogCannotRemove(item.Id, error.Message);
        }
        queue.Settle(item);
    }

    // While an attempt is in flight, the delivery stays: the outcome decides.
    private void Drop(LaneItem item)
    {
        if (queue.TryDrop(item))
            backlog.Drop(item);
        else
            queue.MarkUnstored(item);
    }
}
