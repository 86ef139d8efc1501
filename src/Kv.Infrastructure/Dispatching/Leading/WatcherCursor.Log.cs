namespace Kv.Infrastructure.Dispatching.Leading;

internal sealed partial class WatcherCursor
{
    [LoggerMessage(
        LogLevel.Warning,
        "The watcher's cursor names revision {Cursor}, but it was saved at revision {SavedAt}: the store was " +
        "restored from a backup. The previous cursor is used")]
    private partial void LogTakenBack(long cursor, long savedAt);
}
