using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Watching;

internal sealed partial class KeyChangeHub
{
    [LoggerMessage(LogLevel.Warning, "The watch of the store ended, and with it {Watches} watches; they go on where they were: {Reason}")]
    private partial void LogUpstreamFailed(int watches, string reason);

    [LoggerMessage(LogLevel.Error, "The watch of the store met a fault, and {Watches} watches ended with it")]
    private partial void LogFault(Exception error, int watches);
}
