using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Dispatching.Leading;

internal sealed partial class LostChanges
{
    [LoggerMessage(
        LogLevel.Warning,
        "The store has forgotten the changes after revision {After} and through {Through} before they were read. The " +
        "last state of each key that changed meanwhile is told; deletions and states in between are lost")]
    private partial void LogLost(long after, long through);
}
