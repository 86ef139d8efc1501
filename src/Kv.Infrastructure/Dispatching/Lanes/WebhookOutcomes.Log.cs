namespace Kv.Infrastructure.Dispatching.Lanes;

internal sealed partial class WebhookOutcomes
{
    [LoggerMessage(LogLevel.Warning, "Webhook {Webhook} ({Namespace}, {AppName}) is disabled: {Reason}")]
    private partial void LogDisabled(Guid webhook, string nameSpace, string appName, string reason);

    [LoggerMessage(LogLevel.Information, "Webhook {Webhook} is not disabled yet: {Reason}")]
    private partial void LogCannotDisable(Guid webhook, string reason);

    [LoggerMessage(
        LogLevel.Warning,
        "Webhook {Webhook} has dropped {Count} deliveries, which cannot be recorded yet: {Reason}")]
    private partial void LogCannotRecord(Guid webhook, long count, string reason);
}
