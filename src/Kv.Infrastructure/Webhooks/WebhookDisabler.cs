using Kv.Domain.Storage;
using Kv.Domain.Webhooks;
using Kv.Infrastructure.Storage;
using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Webhooks;

/// <summary>Disables webhooks that do nothing but fail, on behalf of the watcher.</summary>
internal sealed partial class WebhookDisabler(
    IStore store, KeyLayout layout, WebhookMetrics metrics, ILogger<WebhookDisabler> logger)
{
    private const int Attempts = 5;

    /// <summary>Disables a webhook, unless its owner changes it at the same time over and over.</summary>
    /// <param name="webhook">The webhook.</param>
    /// <param name="reason">Why, for its owner to read.</param>
    /// <param name="fence">The condition that the watcher still leads.</param>
    /// <param name="cancellationToken">It does not.</param>
    public async Task Disable(Webhook webhook, string reason, Compare fence, CancellationToken cancellationToken)
    {
        var key = layout.Webhook(webhook.Tenant, webhook.Id);
        try
        {
            for (var attempt = 0; attempt < Attempts; attempt++)
            {
                var read = await store.Get(key, ReadConsistency.Linearizable, cancellationToken);
                if (read.Entry is not { } entry || WebhookRecord.TryRead(layout, entry) is not { IsActive: true } current)
                    return;
                current.Disable(reason);
                var unchanged = Compare.ModRevision(key, CompareRelation.Equal, entry.ModRevision);
                var done = await store.Commit(
                    new Transaction([fence, unchanged], [new Operation.Put(key, WebhookRecord.Write(current, entry.Value))]),
                    cancellationToken);
                if (!done.Succeeded)
                    continue;
                metrics.Disabled();
                LogDisabled(webhook.Id, webhook.Tenant.Namespace, webhook.Tenant.AppName, reason);
                return;
            }
        }
        catch (StoreException error)
        {
            // The next failure tries again.
            LogCannotDisable(webhook.Id, error.Message);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Webhook {Webhook} ({Namespace}, {AppName}) is disabled: {Reason}")]
    private partial void LogDisabled(Guid webhook, string nameSpace, string appName, string reason);

    [LoggerMessage(LogLevel.Warning, "Webhook {Webhook} could not be disabled yet: {Reason}")]
    private partial void LogCannotDisable(Guid webhook, string reason);
}
