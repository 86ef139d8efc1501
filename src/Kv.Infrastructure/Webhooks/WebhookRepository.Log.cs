using Kv.Infrastructure.Storage;
using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Webhooks;

internal sealed partial class WebhookRepository
{
    [LoggerMessage(LogLevel.Warning, "The webhook stored under {Key} cannot be read and is passed over")]
    private partial void LogUnreadable(StoreKey key);
}
