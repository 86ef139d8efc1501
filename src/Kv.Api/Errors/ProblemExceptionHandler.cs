using Microsoft.AspNetCore.Diagnostics;

namespace Kv.Api.Errors;

/// <summary>Maps exceptions to answers.</summary>
internal sealed class ProblemExceptionHandler(RequestFailures failures) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(
        HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && context.RequestAborted.IsCancellationRequested)
        {
            // The client has disconnected. The status (nginx's convention) is for the access log.
            context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }
        var failure = Failure.From(exception);
        failure.SetHeaders(context.Response);
        failures.Answers(context, failure.Problem, exception.Message, failure.IsFault ? exception : null);
        await failure.Problem.WriteTo(context);
        return true;
    }
}
