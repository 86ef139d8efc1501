using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Watching;

internal sealed partial class WatchTerm
{
    [LoggerMessage(LogLevel.Error, "The store has forgotten the changes after revision {After} and through {Through} before they were read. The last state of each key that changed meanwhile is told; deletions and states in between are lost")]
    private static partial void LogLost(ILogger logger, long after, long through);

    [LoggerMessage(LogLevel.Warning, "What is stored at {Key} cannot be read as a webhook, and is passed over")]
    private static partial void LogUnreadable(ILogger logger, string key);

    private void LogLost(long after, long through) => LogLost(logger, after, through);

    private void LogUnreadable(string key) => LogUnreadable(logger, key);
}
