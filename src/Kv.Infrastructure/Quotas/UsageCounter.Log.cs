using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Quotas;

internal sealed partial class UsageCounter
{
    [LoggerMessage(
        LogLevel.Information,
        "Counted {Keys} keys of {Tenants} tenants for their quotas, at revision {Revision}, in {Seconds:0.0} s")]
    private partial void LogCounted(long keys, int tenants, long revision, double seconds);

    [LoggerMessage(
        LogLevel.Warning,
        "The store has forgotten changes that were not counted yet, so all keys are counted again: {Reason}")]
    private partial void LogForgotten(string reason);

    [LoggerMessage(LogLevel.Information, "All keys are counted again for their quotas: {Reason}")]
    private partial void LogRestored(string reason);

    [LoggerMessage(
        LogLevel.Warning,
        "The changes at revision {Revision} came without what they replace, or do not fit the counts, so all keys " +
        "are counted again")]
    private partial void LogMisfit(long revision);

    [LoggerMessage(
        LogLevel.Information,
        "The counts of what tenants have cannot follow the store, and quotas are judged by the last ones: {Reason}")]
    private partial void LogLost(string reason);

    [LoggerMessage(
        LogLevel.Error, "The counting of what tenants have met a fault in Kv, so all keys are counted again")]
    private partial void LogFault(Exception error);
}
