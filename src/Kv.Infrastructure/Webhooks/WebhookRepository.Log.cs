namespace Kv.Infrastructure.Webhooks;

internal sealed partial class WebhookRepository
{
    [LoggerMessage(LogLevel.Warning, "The webhook stored under {Key} cannot be read and is skipped")]
    private partial void LogUnreadable(StoreKey key);
}
