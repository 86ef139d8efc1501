namespace Kv.Infrastructure.Quotas;

internal sealed partial class UsageCounter
{
    [LoggerMessage(
        LogLevel.Information,
        "Counted {Keys} keys of {Tenants} tenants for their quotas, at revision {Revision}, in {Seconds:0.0} s")]
    private partial void LogCounted(long keys, int tenants, long revision, double seconds);

    [LoggerMessage(
        LogLevel.Warning,
        "The store has compacted changes before they were counted, so all keys are counted again: {Reason}")]
    private partial void LogCompacted(string reason);

    [LoggerMessage(LogLevel.Information, "All keys are counted again for their quotas: {Reason}")]
    private partial void LogRestored(string reason);

    [LoggerMessage(
        LogLevel.Warning,
        "The changes at revision {Revision} have no previous entry or do not fit the counts, so all keys are " +
        "counted again")]
    private partial void LogUnfittingChange(long revision);

    [LoggerMessage(
        LogLevel.Information,
        "The usage counter cannot read changes, so quotas are checked against the last counts: {Reason}")]
    private partial void LogLost(string reason);

    [LoggerMessage(LogLevel.Error, "The usage counter met a fault in Kv, so all keys are counted again")]
    private partial void LogFault(Exception error);
}
