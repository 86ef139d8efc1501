using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Watching;

internal sealed partial class KeyChangeHub
{
    [LoggerMessage(
        LogLevel.Information,
        "The watch of the store ended, and {Watches} watches of callers with it, which resume where they were: " +
        "{Reason}")]
    private partial void LogUpstreamFailed(int watches, string reason);

    [LoggerMessage(
        LogLevel.Warning,
        "The store has forgotten changes that {Watches} watches of callers were due, and they were told that these " +
        "are gone: {Reason}")]
    private partial void LogForgotten(int watches, string reason);

    [LoggerMessage(
        LogLevel.Error, "The watch of the store met a fault in Kv, and {Watches} watches of callers ended with it")]
    private partial void LogFault(Exception error, int watches);
}
