using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Webhooks;

internal sealed partial class WebhookDisabler
{
    [LoggerMessage(LogLevel.Warning, "Webhook {Webhook} ({Namespace}, {AppName}) is disabled: {Reason}")]
    private partial void LogDisabled(Guid webhook, string nameSpace, string appName, string reason);

    [LoggerMessage(LogLevel.Information, "Webhook {Webhook} is not disabled yet: {Reason}")]
    private partial void LogCannotDisable(Guid webhook, string reason);

    [LoggerMessage(
        LogLevel.Warning,
        "Webhook {Webhook} has lost {Count} deliveries, which cannot be written into it yet: {Reason}")]
    private partial void LogCannotNote(Guid webhook, long count, string reason);
}
