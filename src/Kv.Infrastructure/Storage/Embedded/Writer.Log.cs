namespace Kv.Infrastructure.Storage.Embedded;

internal sealed partial class Writer
{
    [LoggerMessage(LogLevel.Warning, "The embedded store cannot commit: {Reason}")]
    private partial void LogCannotCommit(string reason);

    [LoggerMessage(
        LogLevel.Warning,
        "The embedded store cannot reload the state of its database, and tries again before the next commit: {Reason}")]
    private partial void LogCannotRecover(string reason);

    [LoggerMessage(LogLevel.Error, "A fault in Kv prevented the embedded store from committing")]
    private partial void LogFault(Exception error);

    [LoggerMessage(LogLevel.Information, "The embedded store commits again")]
    private partial void LogCommitsAgain();
}
