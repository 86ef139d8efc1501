using Kv.Infrastructure.Storage;
using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Audit;

internal sealed partial class AuditTrail
{
    [LoggerMessage(LogLevel.Warning, "The record of the audit stored under {Key} cannot be read and is passed over")]
    private partial void LogUnreadable(StoreKey key);
}
