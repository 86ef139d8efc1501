using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Storage.Embedded;

internal sealed partial class Writer
{
    [LoggerMessage(LogLevel.Error, "The embedded store could not commit.")]
    private partial void LogCommitFailed(Exception error);
}
