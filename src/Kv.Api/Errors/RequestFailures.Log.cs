namespace Kv.Api.Errors;

public sealed partial class RequestFailures
{
    [LoggerMessage(LogLevel.Error, "{Request} met a fault in Kv and was answered 500 (trace {TraceId})")]
    private partial void LogFault(Exception exception, string request, string traceId);

    [LoggerMessage(LogLevel.Information, "{Request} was answered {Status}: {Reason} (trace {TraceId})")]
    private partial void LogAnswered(string request, int? status, string reason, string traceId);

    [LoggerMessage(LogLevel.Information, "The answer to {Request} was broken off: {Reason} (trace {TraceId})")]
    private partial void LogBrokenOff(string request, string reason, string traceId);
}
