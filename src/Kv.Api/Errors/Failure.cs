using System.Text;
using FluentValidation;
using FluentValidation.Results;
using Kv.Application.Pipeline;
using Kv.Domain.Deliveries;
using Kv.Domain.Idempotency;
using Kv.Domain.Quotas;
using Kv.Domain.Storage;
using Kv.Domain.Transactions;
using Kv.Domain.Watching;
using Kv.Domain.Webhooks;

namespace Kv.Api.Errors;

/// <summary>The answer to a failed request: the problem and its headers.</summary>
internal sealed record Failure(ProblemDetails Problem)
{
    /// <summary>
    /// The header with the value "unknown" on the answer to a write that may have happened or may still happen.
    /// </summary>
    public const string OutcomeHeader = "KV-Outcome";

    private const string RetryAfterSeconds = "1";

    /// <summary>Whether the failure is temporary, so that a retry may succeed.</summary>
    public bool IsTemporary { get; init; }

    /// <summary>Whether a write may have happened or may still happen.</summary>
    public bool IsOutcomeUnknown { get; init; }

    /// <summary>The challenge of a failed authentication or authorization (RFC 6750); otherwise null.</summary>
    public string? Challenge { get; init; }

    /// <summary>Whether the failure is a fault in Kv, so the exception is logged.</summary>
    public bool IsFault { get; init; }

    /// <summary>Whether the connection is closed without waiting for the rest of the request.</summary>
    public bool ClosesConnection { get; init; }

    /// <summary>Maps an exception to its answer.</summary>
    public static Failure From(Exception exception)
    {
        return exception switch
        {
            ValidationException invalid => new(Problems.Invalid(invalid.Errors)),
            BodyException invalid => Invalid(invalid.Field, invalid.Message),
            DecoderFallbackException => Invalid("body", "The body is not text of the charset that Content-Type names"),
            TooManyWatchesException watches => Of(
                StatusCodes.Status429TooManyRequests, $"Too many watches (max {watches.Most})") with
            {
                IsTemporary = true,
            },
            RevisionInFutureException => Of(StatusCodes.Status400BadRequest, Problems.RevisionInFuture),
            BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } =>
                Of(StatusCodes.Status413PayloadTooLarge, "Body too large"),
            BadHttpRequestException bad => Of(bad.StatusCode, Problems.InvalidInput) with
            {
                ClosesConnection = bad.StatusCode == StatusCodes.Status408RequestTimeout,
            },
            CredentialEndedException =>
                Of(StatusCodes.Status401Unauthorized, "Unauthorized") with { Challenge = Challenges.InvalidToken },
            AccessDeniedException =>
                Of(StatusCodes.Status403Forbidden, "Forbidden") with { Challenge = Challenges.InsufficientScope },
            RevisionCompactedException compacted => new(Problems.Compacted(compacted)),
            ResultTooLargeException => Of(StatusCodes.Status413PayloadTooLarge, Problems.ResultTooLarge),
            StoreRejectedException => new(Problems.Create(
                StatusCodes.Status413PayloadTooLarge, "Value too large for the store",
                "The store rejects a request of this size; nothing was written.")),
            IdempotencyKeyReusedException or KeyWrittenTwiceException =>
                Of(StatusCodes.Status422UnprocessableEntity, error: null),
            StoreUnavailableException { OutcomeUnknown: true } => Unavailable(
                "Store unavailable",
                "The store did not confirm the write: it may have happened or may still happen. With If-Match, "
                + "If-None-Match or Idempotency-Key, repeat it as it was: it is executed at most once.") with
            {
                IsOutcomeUnknown = true,
            },
            StoreUnavailableException =>
                Unavailable("Store unavailable", "The store could not be reached; nothing was written."),
            IssuerUnavailableException => Unavailable("Issuer unavailable", exception.Message),
            BusyException busy => Unavailable(busy.Error, exception.Message),
            UsageNotCountedException => Unavailable("Usage not counted yet", exception.Message),
            QuotaExceededException exceeded => new(Problems.OverQuota(exceeded)),
            WebhookDisabledException => Of(StatusCodes.Status409Conflict, Problems.WebhookDisabled),
            ReplayInProgressException => Of(StatusCodes.Status409Conflict, Problems.ReplayInProgress),
            BacklogFullException => Of(StatusCodes.Status507InsufficientStorage, Problems.BacklogFull),
            StoreOutOfSpaceException => new(Problems.Create(
                StatusCodes.Status507InsufficientStorage, "Store out of space",
                "The store is full; nothing was written. Reads still work.")),
            _ => new(Problems.Create(
                StatusCodes.Status500InternalServerError, "Internal error",
                "This is a fault in Kv. Its log has the details under the trace id."))
            {
                IsFault = true,
            },
        };

        Failure Of(int status, string? error) => new(Problems.Create(status, error, exception.Message));
    }

    /// <summary>Sets the headers for a retry, an unknown outcome, the challenge and the connection's end.</summary>
    public void SetHeaders(HttpResponse response)
    {
        if (IsTemporary)
            response.Headers.RetryAfter = RetryAfterSeconds;
        if (IsOutcomeUnknown)
            response.Headers[OutcomeHeader] = "unknown";
        if (Challenge is not null)
            response.Headers.WWWAuthenticate = Challenge;
        // HTTP/2 has no such header: the server ends the stream.
        if (ClosesConnection && HttpProtocol.IsHttp11(response.HttpContext.Request.Protocol))
            response.Headers.Connection = "close";
    }

    private static Failure Invalid(string field, string message) =>
        new(Problems.Invalid([new ValidationFailure(field, message)], Problems.InvalidInput));

    private static Failure Unavailable(string error, string detail) =>
        new(Problems.Create(StatusCodes.Status503ServiceUnavailable, error, detail)) { IsTemporary = true };
}
