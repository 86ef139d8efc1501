namespace Kv.Infrastructure.Audit;

internal sealed partial class AuditTrail
{
    [LoggerMessage(LogLevel.Warning, "The audit record stored under {Key} cannot be read and is skipped")]
    private partial void LogUnreadable(StoreKey key);
}
