using System.Text.Json;
using FluentValidation.Results;
using Kv.Domain.Quotas;
using Kv.Domain.Storage;
using Microsoft.AspNetCore.WebUtilities;

namespace Kv.Api.Errors;

/// <summary>
/// Problem details (RFC 9457). The member <c>error</c> has simple-golang-kv's text where that server has one, for its
/// clients.
/// </summary>
internal static class Problems
{
    public const string ContentType = "application/problem+json";
    public const string InvalidInput = "Invalid input";
    public const string KeyNotFound = "Key not found";
    public const string WebhookNotFound = "Webhook not found";
    public const string OldestRevision = "oldest_revision";
    public const string RevisionInFuture = "Revision in the future";
    public const string WrongContentType = "Content-Type must be application/json";
    public const string TooManyRequests = "Too many requests";
    public const string DeliveryNotFound = "Delivery not found";
    public const string QuotaExceeded = "Quota exceeded";
    public const string TooMuchUnsent = "Too many large answers";
    public const string TooManyBodies = "Too many large bodies";
    public const string TooManyCopies = "Too many copies of values";
    public const string ResultTooLarge = "Result too large";
    public const string WebhookDisabled = "Webhook disabled";
    public const string ReplayInProgress = "Replay in progress";
    public const string BacklogFull = "Too much waits for the webhook";
    public const string NoQuotas = "No quotas";
    public const string ApiKeyNotFound = "API key not found";
    public const string AuditNotKept = "No audit is kept";

    // A request with many parts can have an error in each.
    private const int MaxFailures = 20;

    public static ProblemDetails Create(int status, string? error = null, string? detail = null)
    {
        var title = ReasonPhrases.GetReasonPhrase(status);
        var problem = new ProblemDetails { Status = status, Title = title, Detail = detail };
        problem.Extensions["error"] = error ?? detail ?? title;
        return problem;
    }

    /// <summary>The problem for a bare status of the framework.</summary>
    public static ProblemDetails OfStatus(int status) => status == StatusCodes.Status415UnsupportedMediaType
        ? Create(status, InvalidInput, WrongContentType)
        : Create(status);

    /// <summary>
    /// The problem for a revision that is compacted or from before a restore; <c>oldest_revision</c> is the oldest
    /// revision that the store keeps.
    /// </summary>
    public static ProblemDetails Compacted(RevisionCompactedException compacted)
    {
        var error = compacted is StoreRestoredException ? "Store restored" : "Revision compacted";
        var problem = Create(StatusCodes.Status410Gone, error, compacted.Message);
        problem.Extensions[OldestRevision] = compacted.CompactRevision;
        return problem;
    }

    /// <summary>
    /// The problem for a write beyond the quota: <c>quota</c> is the kind of the limit, <c>limit</c> its value,
    /// <c>usage</c> the tenant's usage.
    /// </summary>
    public static ProblemDetails OverQuota(QuotaExceededException exceeded)
    {
        var problem = Create(StatusCodes.Status507InsufficientStorage, QuotaExceeded, exceeded.Message);
        problem.Extensions["quota"] = exceeded.Kind == QuotaKind.Keys ? "keys" : "bytes";
        problem.Extensions["limit"] = exceeded.Limit;
        problem.Extensions["usage"] = exceeded.Present;
        return problem;
    }

    /// <summary>The problem for a failed precondition; nothing was written.</summary>
    /// <param name="foundRevision">The revision of the key's last write; 0 when the key does not exist.</param>
    public static ProblemDetails PreconditionFailed(long foundRevision) => Create(
        StatusCodes.Status412PreconditionFailed, "Precondition failed",
        foundRevision == 0 ? "The key does not exist." : $"The key was last written at revision {foundRevision}.");

    /// <summary>
    /// The problem for an invalid request, with the first 20 of <paramref name="failures"/>. A failure's state, if set,
    /// is simple-golang-kv's shorter text for <c>error</c>.
    /// </summary>
    public static ProblemDetails Invalid(IEnumerable<ValidationFailure> failures, string? error = null)
    {
        var reported = failures.Take(MaxFailures).ToList();
        var fields = reported
            .GroupBy(failure => failure.PropertyName)
            .ToDictionary(
                field => FieldName(field.Key), field => field.Select(failure => failure.ErrorMessage).ToArray());
        var messages = fields.Values.SelectMany(message => message).ToArray();
        var problem = Create(
            StatusCodes.Status400BadRequest, error ?? reported[0].CustomState as string ?? messages[0],
                string.Join("; ", messages));
        problem.Extensions["errors"] = fields;
        return problem;
    }

    public static ObjectResult NotFound(string error) => Create(StatusCodes.Status404NotFound, error).ToResult();

    public static ObjectResult ToResult(this ProblemDetails problem) =>
        new(problem) { StatusCode = problem.Status, ContentTypes = { ContentType } };

    public static async Task WriteTo(this ProblemDetails problem, HttpContext context)
    {
        context.Response.StatusCode = problem.Status!.Value;
        // Without a token, the write treats a disconnected client as the end, not as an error.
        await context.Response.WriteAsJsonAsync(problem, options: null, ContentType, CancellationToken.None);
    }

    // Name fields as the caller wrote them: headers and paths into a body unchanged, other names as JSON members.
    private static string FieldName(string property) =>
        property.Contains('-') || property.Contains('[')
            ? property
            : JsonNamingPolicy.SnakeCaseLower.ConvertName(property);
}
