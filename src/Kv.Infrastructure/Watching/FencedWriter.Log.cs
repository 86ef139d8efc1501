using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Watching;

internal sealed partial class FencedWriter
{
    [LoggerMessage(LogLevel.Warning, "The watcher could not write what it has settled, and tries again: {Reason}")]
    private partial void LogWriteFailed(string reason);
}
