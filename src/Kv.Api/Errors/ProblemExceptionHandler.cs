using FluentValidation;
using FluentValidation.Results;
using Kv.Api.Access;
using Kv.Api.Json;
using Kv.Application.Access;
using Kv.Domain.Idempotency;
using Kv.Domain.KeyValues;
using Kv.Domain.Quotas;
using Kv.Domain.Storage;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;

namespace Kv.Api.Errors;

/// <summary>The one place where exceptions become answers.</summary>
internal sealed partial class ProblemExceptionHandler(
    ILogger<ProblemExceptionHandler> logger, StoreFailureLog storeFailures)
    : IExceptionHandler
{
    /// <summary>Says "unknown" on an answer to a write that may have happened all the same.</summary>
    public const string OutcomeHeader = "KV-Outcome";

    private const string RetryAfterSeconds = "1";

    public async ValueTask<bool> TryHandleAsync(
        HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to read an answer; the status is for the access log (nginx's word for it).
            context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }
        var problem = ToProblem(exception);
        if (exception is StoreUnavailableException or IssuerUnavailableException or UsageNotCountedException)
            context.Response.Headers.RetryAfter = RetryAfterSeconds;
        if (exception is StoreUnavailableException { OutcomeUnknown: true })
            context.Response.Headers[OutcomeHeader] = "unknown";
        if (exception is AccessDeniedException)
            context.Response.Headers.WWWAuthenticate = $"{AccessGate.Challenge}, error=\"insufficient_scope\"";
        Log(exception, context);
        await problem.WriteTo(context);
        return true;
    }

    /// <summary>What a caller is told of an exception.</summary>
    internal static ProblemDetails ToProblem(Exception exception) => exception switch
    {
        ValidationException invalid => Problems.Invalid(invalid.Errors),
        BodyException invalid => Problems.Invalid([new ValidationFailure(invalid.Field, invalid.Message)], Problems.InvalidInput),
        IssuerUnavailableException => Problems.Of(
            StatusCodes.Status503ServiceUnavailable, "Issuer unavailable", exception.Message),
        AccessDeniedException => Problems.Of(StatusCodes.Status403Forbidden, "Forbidden", exception.Message),
        StoreUnavailableException { OutcomeUnknown: true } => Problems.Of(
            StatusCodes.Status503ServiceUnavailable, "Store unavailable",
            "The store did not confirm the write. It may have happened; read it before you repeat it."),
        StoreUnavailableException => Problems.Of(
            StatusCodes.Status503ServiceUnavailable, "Store unavailable", "The store could not be reached; nothing was written."),
        QuotaExceededException exceeded => Problems.OverQuota(exceeded),
        UsageNotCountedException => Problems.Of(
            StatusCodes.Status503ServiceUnavailable, "Usage not counted yet", exception.Message),
        StoreOutOfSpaceException => Problems.Of(
            StatusCodes.Status507InsufficientStorage, "Store out of space", "The store has no room; nothing was written. Reads go on."),
        StoreRejectedException => Problems.Of(
            StatusCodes.Status413PayloadTooLarge, "Value too large for the store", "The store takes no request of this size; nothing was written."),
        RevisionCompactedException compacted => Problems.Compacted(compacted),
        IdempotencyKeyReusedException or KeyWrittenTwiceException => Problems.Of(
            StatusCodes.Status422UnprocessableEntity, detail: exception.Message),
        RevisionInFutureException future => Problems.Of(
            StatusCodes.Status400BadRequest, Problems.RevisionInFuture, future.Message),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } tooLarge => Problems.Of(
            StatusCodes.Status413PayloadTooLarge, "Body too large", tooLarge.Message),
        BadHttpRequestException bad => Problems.Of(bad.StatusCode, Problems.InvalidInput, bad.Message),
        _ => Problems.Of(
            StatusCodes.Status500InternalServerError, "Internal error", "This is a fault in Kv; its log has more under the trace id."),
    };

    private void Log(Exception exception, HttpContext context)
    {
        switch (exception)
        {
            case ValidationException or BodyException or BadHttpRequestException or RevisionInFutureException
                or IdempotencyKeyReusedException or KeyWrittenTwiceException or AccessDeniedException or IssuerUnavailableException
                or QuotaExceededException or UsageNotCountedException:
                break;
            case StoreException failure:
                storeFailures.Log(failure);
                break;
            default:
                LogFault(exception, context.TraceId());
                break;
        }
    }
}
