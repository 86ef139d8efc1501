using FluentValidation.Results;
using Kv.Api.Errors;
using Kv.Application.KeyValues;
using Kv.Domain.Storage;

namespace Kv.Api.KeyValues;

/// <summary>What an operation of a bulk is answered: as it would have been as a call of its own.</summary>
internal static class BulkAnswers
{
    public static OperationAnswer Of(KeyOperationInput operation, BulkResult result) => result switch
    {
        { Invalid: { } failures } => Invalid(operation, failures),
        { Failure: { } failure } => Failed(operation, failure),
        { Lookup: { } lookup } => OperationAnswer.Of(operation.Kind, operation.Key, lookup.KeyValue),
        { Change: { IsApplied: false } change } => new OperationAnswer
        {
            Key = operation.Key,
            Status = StatusCodes.Status412PreconditionFailed,
            Error = "Precondition failed",
            Etag = change.FoundRevision == 0 ? null : EntityTags.Bare(change.FoundRevision),
        },
        _ => OperationAnswer.Of(operation.Kind, operation.Key, result.Change?.KeyValue),
    };

    private static OperationAnswer Invalid(KeyOperationInput operation, IReadOnlyList<ValidationFailure> failures) => new()
    {
        Key = operation.Key,
        Status = StatusCodes.Status400BadRequest,
        Error = failures[0].ErrorMessage,
        Errors = failures.GroupBy(failure => failure.PropertyName)
            .ToDictionary(field => field.Key, field => field.Select(failure => failure.ErrorMessage).ToArray()),
    };

    private static OperationAnswer Failed(KeyOperationInput operation, StoreException failure)
    {
        var problem = ProblemExceptionHandler.ToProblem(failure);
        return new OperationAnswer
        {
            Key = operation.Key,
            Status = problem.Status!.Value,
            Error = problem.Extensions["error"] as string,
            Outcome = failure is StoreUnavailableException { OutcomeUnknown: true } ? "unknown" : null,
        };
    }
}
