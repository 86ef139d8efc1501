using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Storage.Embedded;

internal sealed partial class Writer
{
    [LoggerMessage(LogLevel.Warning, "The embedded store cannot commit: {Reason}")]
    private partial void LogCannotCommit(string reason);

    [LoggerMessage(
        LogLevel.Warning,
        "The embedded store cannot return to the state of its database, and tries again before the next commit: " +
        "{Reason}")]
    private partial void LogCannotRecover(string reason);

    [LoggerMessage(LogLevel.Error, "The embedded store met a fault in Kv and could not commit")]
    private partial void LogFault(Exception error);

    [LoggerMessage(LogLevel.Information, "The embedded store commits again")]
    private partial void LogCommitsAgain();
}
