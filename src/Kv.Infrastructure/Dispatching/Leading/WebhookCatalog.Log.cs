namespace Kv.Infrastructure.Dispatching.Leading;

internal sealed partial class WebhookCatalog
{
    [LoggerMessage(LogLevel.Warning, "The webhook stored under {Key} cannot be read and is skipped")]
    private partial void LogUnreadable(StoreKey key);
}
