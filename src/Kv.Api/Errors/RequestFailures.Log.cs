namespace Kv.Api.Errors;

public sealed partial class RequestFailures
{
    [LoggerMessage(LogLevel.Error, "{Request} failed with 500 because of a fault in Kv (trace {TraceId})")]
    private partial void LogFault(Exception exception, string request, string traceId);

    [LoggerMessage(LogLevel.Information, "{Request} was answered {Status}: {Reason} (trace {TraceId})")]
    private partial void LogAnswered(string request, int? status, string reason, string traceId);

    [LoggerMessage(LogLevel.Information, "The answer to {Request} was aborted: {Reason} (trace {TraceId})")]
    private partial void LogAborted(string request, string reason, string traceId);
}
