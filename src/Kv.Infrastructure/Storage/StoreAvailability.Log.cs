namespace Kv.Infrastructure.Storage;

internal sealed partial class StoreAvailability
{
    [LoggerMessage(LogLevel.Warning, "The store is unavailable ({Store}): {Reason}")]
    private partial void LogUnavailable(string store, string reason);

    [LoggerMessage(LogLevel.Warning, "The store is still unavailable after {Seconds:0} s ({Store}): {Reason}")]
    private partial void LogStillUnavailable(string store, double seconds, string reason);

    [LoggerMessage(LogLevel.Information, "The store is available again after {Seconds:0.0} s ({Store})")]
    private partial void LogAvailable(string store, double seconds);
}
