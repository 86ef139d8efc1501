namespace Kv.Api.Errors;

internal sealed partial class ProblemExceptionHandler
{
    [LoggerMessage(LogLevel.Error, "A request met a fault; its trace id is {TraceId}")]
    private partial void LogFault(Exception exception, string traceId);
}
