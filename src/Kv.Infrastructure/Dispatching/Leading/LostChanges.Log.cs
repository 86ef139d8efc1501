namespace Kv.Infrastructure.Dispatching.Leading;

internal sealed partial class LostChanges
{
    [LoggerMessage(
        LogLevel.Warning,
        "The store has compacted the changes after revision {After} and through {Through} before they were read. " +
        "Webhooks get the last state of each changed key; deletions and states in between are lost")]
    private partial void LogLost(long after, long through);
}
