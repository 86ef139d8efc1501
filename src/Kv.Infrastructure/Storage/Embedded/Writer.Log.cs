using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Storage.Embedded;

internal sealed partial class Writer
{
    [LoggerMessage(LogLevel.Error, "The embedded store could not commit.")]
    private partial void LogCommitFailed(Exception error);

    [LoggerMessage(LogLevel.Error, "The embedded store could not return to the state of its database; it tries again before the next commit.")]
    private partial void LogRecoveryFailed(Exception error);

    [LoggerMessage(LogLevel.Information, "The embedded store commits again.")]
    private partial void LogCommitsAgain();
}
