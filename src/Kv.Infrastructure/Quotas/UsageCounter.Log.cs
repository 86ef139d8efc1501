using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Quotas;

internal sealed partial class UsageCounter
{
    [LoggerMessage(
        LogLevel.Information,
        "Counted {Keys} keys of {Tenants} tenants for their quotas, at revision {Revision}, in {Seconds:0.0} s")]
    private partial void LogCounted(long keys, int tenants, long revision, double seconds);

    [LoggerMessage(LogLevel.Warning, "The store has forgotten changes that were not counted yet; all keys are counted again: {Reason}")]
    private partial void LogForgotten(string reason);

    [LoggerMessage(LogLevel.Warning, "The changes at revision {Revision} came without what they replace, or do not fit what was counted; all keys are counted again")]
    private partial void LogMisfit(long revision);

    [LoggerMessage(LogLevel.Warning, "What tenants have is not kept up to date just now, and quotas are judged by what was known last: {Reason}")]
    private partial void LogLost(string reason);

    [LoggerMessage(LogLevel.Error, "The counting of what tenants have met a fault; all keys are counted again")]
    private partial void LogFault(Exception error);
}
