namespace Kv.Infrastructure.Dispatching;

internal sealed partial class FencedWriter
{
    [LoggerMessage(LogLevel.Warning, "The leader could not write deliveries or its cursor, and tries again: {Reason}")]
    private partial void LogWriteFailed(string reason);
}
