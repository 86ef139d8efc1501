namespace Kv.Infrastructure.Watching;

internal sealed partial class KeyChangeHub
{
    [LoggerMessage(
        LogLevel.Information,
        "The watch of the store ended, and the {Watches} watches on it; their readers resume: {Reason}")]
    private partial void LogSharedWatchFailed(int watches, string reason);

    [LoggerMessage(
        LogLevel.Warning,
        "The store has compacted changes that {Watches} watches have not read; these end with 'gone': {Reason}")]
    private partial void LogCompacted(int watches, string reason);

    [LoggerMessage(LogLevel.Error, "The watch of the store met a fault in Kv, and the {Watches} watches on it ended")]
    private partial void LogFault(Exception error, int watches);
}
