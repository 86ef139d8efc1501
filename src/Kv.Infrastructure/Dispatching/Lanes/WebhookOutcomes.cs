using Kv.Infrastructure.Webhooks;

namespace Kv.Infrastructure.Dispatching.Lanes;

/// <summary>
/// Records the outcomes of deliveries in webhooks: that a webhook is disabled, or that its deliveries were dropped.
/// </summary>
internal sealed partial class WebhookOutcomes(
    IStore store, KeyLayout layout, Lead lead, DeliveryTelemetry telemetry, ILogger<WebhookOutcomes> logger)
{
    private const int Attempts = 5;

    /// <summary>Disables a webhook, unless other changes of it win every attempt.</summary>
    /// <param name="reason">The reason, for its owner.</param>
    public async Task Disable(Webhook webhook, string reason)
    {
        try
        {
            if (await Change(webhook, SetDisabled) != true)
                return;
            telemetry.Disabled();
            LogDisabled(webhook.Id, webhook.Tenant.Namespace, webhook.Tenant.AppName, reason);
        }
        catch (StoreException error)
        {
            // The next failed delivery tries again.
            LogCannotDisable(webhook.Id, error.Message);
        }

        bool SetDisabled(Webhook current)
        {
            if (!current.IsActive)
                return false;
            current.Disable(reason);
            return true;
        }
    }

    /// <summary>Records dropped deliveries of a webhook.</summary>
    /// <returns>Whether they are recorded, or the webhook is gone.</returns>
    public async Task<bool> RecordDropped(Webhook webhook, long count, DateTimeOffset since)
    {
        try
        {
            return await Change(webhook, AddDropped) is not false;
        }
        catch (StoreException error)
        {
            LogCannotRecord(webhook.Id, count, error.Message);
            return false;
        }

        bool AddDropped(Webhook current)
        {
            current.AddDropped(count, since.ToUnixTimeSeconds());
            return true;
        }
    }

    // True when it was changed, false when other writes won every attempt, null when there is nothing to change.
    private async Task<bool?> Change(Webhook webhook, Func<Webhook, bool> change)
    {
        var key = layout.Webhook(webhook.Tenant, webhook.Id);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var read = await store.Get(key, ReadConsistency.Linearizable, lead.Over);
            if (read.Entry is not { } entry || WebhookRecord.TryRead(layout, entry) is not { } current
                || !change(current))
                return null;
            var unchanged = Compare.ModRevision(key, CompareRelation.Equal, entry.ModRevision);
            var done = await store.Commit(
                new Transaction(
                    [lead.Fence, unchanged], [new Operation.Put(key, WebhookRecord.Write(current, entry.Value))]),
                lead.Over);
            if (done.Succeeded)
                return true;
        }
        return false;
    }
}
