using System.Text.Json;
using FluentValidation.Results;
using Kv.Domain.Quotas;
using Kv.Domain.Storage;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;

namespace Kv.Api.Errors;

/// <summary>
/// Problem details (RFC 9457). The member <c>error</c> holds what simple-golang-kv said, where it had a word for it,
/// so that its clients go on reading the same text.
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
    public const string NoQuotas = "No quotas";
    public const string ApiKeyNotFound = "API key not found";
    public const string AuditNotKept = "No audit is kept";

    public static ProblemDetails Of(int status, string? error = null, string? detail = null)
    {
        var title = ReasonPhrases.GetReasonPhrase(status);
        var problem = new ProblemDetails { Status = status, Title = title, Detail = detail };
        problem.Extensions["error"] = error ?? detail ?? title;
        return problem;
    }

    /// <summary>What the framework answers by a status alone.</summary>
    public static ProblemDetails OfStatus(int status) => status == StatusCodes.Status415UnsupportedMediaType
        ? Of(status, InvalidInput, WrongContentType)
        : Of(status);

    /// <summary>A revision was asked for that the store no longer keeps; <c>oldest_revision</c> is the oldest that it does.</summary>
    public static ProblemDetails Compacted(RevisionCompactedException compacted)
    {
        var problem = Of(StatusCodes.Status410Gone, "Revision compacted", compacted.Message);
        problem.Extensions[OldestRevision] = compacted.CompactRevision;
        return problem;
    }

    /// <summary>
    /// A tenant would have more than it may. <c>quota</c> says of what, <c>limit</c> how much it may have, and <c>usage</c> how much it has.
    /// </summary>
    public static ProblemDetails OverQuota(QuotaExceededException exceeded)
    {
        var problem = Of(StatusCodes.Status507InsufficientStorage, QuotaExceeded, exceeded.Message);
        problem.Extensions["quota"] = exceeded.Kind == QuotaKind.Keys ? "keys" : "bytes";
        problem.Extensions["limit"] = exceeded.Limit;
        problem.Extensions["usage"] = exceeded.Present;
        return problem;
    }

    /// <summary>What a request was made to depend on does not hold; nothing was done.</summary>
    /// <param name="foundRevision">The revision at which the key was last written; 0 when there is none.</param>
    public static ProblemDetails PreconditionFailed(long foundRevision) => Of(
        StatusCodes.Status412PreconditionFailed, "Precondition failed",
        foundRevision == 0 ? "There is no such key." : $"The key was last written at revision {foundRevision}.");

    /// <summary>The request's own fault; <paramref name="failures"/> say which field is wrong, and why.</summary>
    public static ProblemDetails Invalid(IEnumerable<ValidationFailure> failures, string? error = null)
    {
        var fields = failures
            .GroupBy(failure => failure.PropertyName)
            .ToDictionary(field => FieldName(field.Key), field => field.Select(failure => failure.ErrorMessage).ToArray());
        var messages = fields.Values.SelectMany(message => message).ToArray();
        var problem = Of(StatusCodes.Status400BadRequest, error ?? messages[0], string.Join("; ", messages));
        problem.Extensions["errors"] = fields;
        return problem;
    }

    public static ObjectResult ToResult(this ProblemDetails problem) =>
        new(problem) { StatusCode = problem.Status, ContentTypes = { ContentType } };

    public static async Task WriteTo(this ProblemDetails problem, HttpContext context)
    {
        // What is not the caller's fault can be found in the log by this.
        if (problem.Status >= StatusCodes.Status500InternalServerError)
            problem.Extensions["traceId"] = context.TraceId();
        context.Response.StatusCode = problem.Status!.Value;
        await context.Response.WriteAsJsonAsync(problem, options: null, ContentType, context.RequestAborted);
    }

    // Fields are named as the caller writes them: headers and paths into a body as they are, the rest as members of a JSON body.
    private static string FieldName(string property) =>
        property.Contains('-') || property.Contains('[') ? property : JsonNamingPolicy.SnakeCaseLower.ConvertName(property);
}
