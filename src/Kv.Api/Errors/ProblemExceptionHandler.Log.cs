namespace Kv.Api.Errors;

internal sealed partial class ProblemExceptionHandler
{
    [LoggerMessage(LogLevel.Warning, "The store failed a request: {Reason} ({NotLogged} more like it since the last such line.)")]
    private partial void LogStoreFailed(string reason, long notLogged);

    [LoggerMessage(LogLevel.Error, "A request met a fault.")]
    private partial void LogFault(Exception exception);
}
