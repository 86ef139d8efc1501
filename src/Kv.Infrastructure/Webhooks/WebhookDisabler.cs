using Kv.Domain.Storage;
using Kv.Domain.Webhooks;
using Kv.Infrastructure.Storage;
using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Webhooks;

/// <summary>
/// Writes the outcome of deliveries into webhooks, for the watcher: that they are disabled, or have lost deliveries.
/// </summary>
internal sealed partial class WebhookDisabler(
    IStore store, KeyLayout layout, WebhookTelemetry metrics, ILogger<WebhookDisabler> logger)
{
    private const int Attempts = 5;

    /// <summary>Disables a webhook, unless other changes of it win every attempt.</summary>
    /// <param name="webhook">The webhook.</param>
    /// <param name="reason">The reason, for its owner.</param>
    /// <param name="fence">The condition that this replica still leads.</param>
    /// <param name="cancellationToken">Cancelled when this replica no longer leads.</param>
    public async Task Disable(Webhook webhook, string reason, Compare fence, CancellationToken cancellationToken)
    {
        try
        {
            if (await Change(webhook, current => Disable(current, reason), fence, cancellationToken) != true)
                return;
            metrics.Disabled();
            LogDisabled(webhook.Id, webhook.Tenant.Namespace, webhook.Tenant.AppName, reason);
        }
        catch (StoreException error)
        {
            // The next failure tries again.
            LogCannotDisable(webhook.Id, error.Message);
        }
    }

    /// <summary>Records lost deliveries of a webhook.</summary>
    /// <returns>Whether they are recorded, or the webhook is gone.</returns>
    public async Task<bool> Lose(
        Webhook webhook, long count, DateTimeOffset since, Compare fence, CancellationToken cancellationToken)
    {
        try
        {
            return await Change(webhook, Lose, fence, cancellationToken) is not false;
        }
        catch (StoreException error)
        {
            LogCannotNote(webhook.Id, count, error.Message);
            return false;
        }

        bool Lose(Webhook current)
        {
            current.Lose(count, since.ToUnixTimeSeconds());
            return true;
        }
    }

    private static bool Disable(Webhook webhook, string reason)
    {
        if (!webhook.IsActive)
            return false;
        webhook.Disable(reason);
        return true;
    }

    // True when it was changed, false when other writes won every attempt, null when there is nothing to change.
    private async Task<bool?> Change(
        Webhook webhook, Func<Webhook, bool> change, Compare fence, CancellationToken cancellationToken)
    {
        var key = layout.Webhook(webhook.Tenant, webhook.Id);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var read = await store.Get(key, ReadConsistency.Linearizable, cancellationToken);
            if (read.Entry is not { } entry || WebhookRecord.TryRead(layout, entry) is not { } current
                || !change(current))
                return null;
            var unchanged = Compare.ModRevision(key, CompareRelation.Equal, entry.ModRevision);
            var done = await store.Commit(
                new Transaction(
                    [fence, unchanged], [new Operation.Put(key, WebhookRecord.Write(current, entry.Value))]),
                cancellationToken);
            if (done.Succeeded)
                return true;
        }
        return false;
    }
}
