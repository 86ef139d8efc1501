using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Dispatching.Leading;

internal sealed partial class WebhookCatalog
{
    [LoggerMessage(LogLevel.Warning, "What is stored at {Key} cannot be read as a webhook, and is passed over")]
    private partial void LogUnreadable(string key);
}
