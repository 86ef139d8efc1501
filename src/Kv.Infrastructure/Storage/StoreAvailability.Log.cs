using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Storage;

internal sealed partial class StoreAvailability
{
    [LoggerMessage(LogLevel.Warning, "The store is away ({Store}): {Reason}")]
    private partial void LogAway(string store, string reason);

    [LoggerMessage(LogLevel.Warning, "The store is still away after {Seconds:0} s ({Store}): {Reason}")]
    private partial void LogStillAway(string store, double seconds, string reason);

    [LoggerMessage(LogLevel.Information, "The store is back after {Seconds:0.0} s ({Store})")]
    private partial void LogBack(string store, double seconds);
}
