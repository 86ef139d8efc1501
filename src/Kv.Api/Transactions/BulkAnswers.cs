using FluentValidation.Results;
using Kv.Api.Errors;
using Kv.Api.Http;
using Kv.Application.KeyValues;
using Kv.Application.Transactions;

namespace Kv.Api.Transactions;

/// <summary>Maps the results of a bulk to answers. Each is the same as for a separate call.</summary>
internal static class BulkAnswers
{
    public static OperationAnswer ToAnswer(KeyOperationInput operation, BulkResult result) => result switch
    {
        { Invalid: { } failures } => Invalid(operation, failures),
        { Failure: { } exception } => Failed(operation, exception),
        { Lookup: { } lookup } => OperationAnswer.From(operation.Kind, operation.Key, lookup.KeyValue),
        { Change: { IsApplied: false } change } => new OperationAnswer
        {
            Key = operation.Key,
            Status = StatusCodes.Status412PreconditionFailed,
            Error = "Precondition failed",
            Etag = change.FoundRevision == 0 ? null : EntityTags.ToJson(change.FoundRevision),
        },
        _ => OperationAnswer.From(operation.Kind, operation.Key, result.Change?.KeyValue),
    };

    private static OperationAnswer Invalid(
        KeyOperationInput operation, IReadOnlyList<ValidationFailure> failures) => new()
        {
            Key = operation.Key,
            Status = StatusCodes.Status400BadRequest,
            Error = failures[0].ErrorMessage,
            Errors = failures.GroupBy(failure => failure.PropertyName)
            .ToDictionary(field => field.Key, field => field.Select(failure => failure.ErrorMessage).ToArray()),
        };

    private static OperationAnswer Failed(KeyOperationInput operation, Exception exception)
    {
        var failure = Failure.From(exception);
        return new OperationAnswer
        {
            Key = operation.Key,
            Status = failure.Problem.Status!.Value,
            Error = failure.Problem.Extensions["error"] as string,
            Outcome = failure.IsOutcomeUnknown ? "unknown" : null,
        };
    }
}
