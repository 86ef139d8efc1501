namespace Kv.Api.Errors;

/// <summary>Logs each request that fails with 5xx. The log line and the answer have the same <c>traceId</c>.</summary>
public sealed partial class RequestFailures(ILogger<RequestFailures> logger)
{
    /// <summary>Logs a problem of 500 or above and adds the trace id to it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="reason">The reason, for operators.</param>
    /// <param name="fault">The exception, for a fault in Kv.</param>
    internal void Answers(HttpContext context, ProblemDetails problem, string reason, Exception? fault = null)
    {
        if (problem.Status < StatusCodes.Status500InternalServerError)
            return;
        var traceId = context.TraceId();
        problem.Extensions["traceId"] = traceId;
        if (fault is null)
            LogAnswered(context.MethodAndRoute(), problem.Status, reason, traceId);
        else
            LogFault(fault, context.MethodAndRoute(), traceId);
    }

    /// <summary>Logs a successful response that is aborted.</summary>
    internal void Aborted(HttpContext context, string reason) =>
        LogAborted(context.MethodAndRoute(), reason, context.TraceId());
}
