namespace Kv.Api.Errors;

internal sealed partial class ProblemExceptionHandler
{
    [LoggerMessage(LogLevel.Error, "A request met a fault.")]
    private partial void LogFault(Exception exception);
}
