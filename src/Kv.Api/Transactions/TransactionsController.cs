using Kv.Api.Answers;
using Kv.Api.Errors;
using Kv.Api.Http;
using Kv.Api.Idempotency;
using Kv.Api.Json;
using Kv.Api.OpenApi.Attributes;
using Kv.Api.Tenants;
using Kv.Application.KeyValues;
using Kv.Application.Transactions;
using Kv.Domain.Transactions;

namespace Kv.Api.Transactions;

/// <summary>Bulks and transactions.</summary>
[ApiController]
[Tags("Keys")]
[ResponseHeader(RevisionHeaders.Revision, "The revision of the store.")]
[ProducesInvalidInput]
[ProducesStoreUnavailableForWrites]
public sealed class TransactionsController(
    IMediator mediator, TenantHeaders tenants, HeldBytes held, Limits limits)
    : TenantControllerBase(tenants)
{
    // Room for many values. The store has its own limit for a transaction.
    private const long MaxBodyBytes = 32 * 1024 * 1024;

    /// <summary>Execute independent operations</summary>
    /// <remarks>
    /// Up to 1000 operations. Each has its own status, which a separate call would have as well. Operations on the same
    /// key are executed in order. `set` and `delete` can have a condition (`etag`, `exists` or `create_revision`). All
    /// values that are read may have up to `MAX_RESULT_BYTES` together; a `get` beyond that has the status 413.
    /// </remarks>
    [HttpPost("bulk", Name = "executeBulk")]
    [RequestJson<BulkBody>]
    [Costly]
    [BodyLimit(MaxBodyBytes)]
    [ProducesAnswer<BulkAnswer>("The results.")]
    [ProducesProblem(StatusCodes.Status413PayloadTooLarge, "The body is larger than 32 MiB.")]
    [ProducesNotJson]
    public async Task<IActionResult> Bulk(CancellationToken cancellationToken)
    {
        var operations = await OperationBodies.ReadBulk(Request.BodyParts(limits.MaxBodyBytes()), cancellationToken);
        var share = await ShareFor(operations, cancellationToken);
        var results = await mediator.Send(new ExecuteBulk(Namespace, AppName, operations), cancellationToken);
        share?.ShrinkTo(results.Sum(result => (long)(result.Lookup?.KeyValue?.Value.Length ?? 0)));
        var revision = results.Max(result => result.Change?.Revision ?? result.Lookup?.Revision ?? 0);
        if (revision > 0)
            Response.SetRevision(revision);
        return new StreamedAnswer<OperationAnswer>(
            results.Select((result, i) => BulkAnswers.ToAnswer(operations[i], result)),
            StreamFrame.In(new BulkAnswer { Results = [] }, "results"));
    }

    /// <summary>Execute a transaction</summary>
    /// <remarks>
    /// Executes `success` when all of `compare` holds, otherwise `failure`, atomically and at one revision of the
    /// store. A `get` sees the earlier operations of the same transaction. All values that are read may have up to
    /// `MAX_RESULT_BYTES` together. Webhooks and watches receive a change for each key.
    /// </remarks>
    [HttpPost("txn", Name = "executeTransaction")]
    [RequestJson<TransactionBody>]
    [Costly]
    [BodyLimit(MaxBodyBytes)]
    [TakesIdempotencyKey(" The transaction must not read.")]
    [ProducesAnswer<TransactionAnswer>("A branch was executed.")]
    [ProducesProblem(
        StatusCodes.Status412PreconditionFailed, "A compare does not hold, and `failure` is empty; nothing was done.")]
    [ProducesProblem(
        StatusCodes.Status413PayloadTooLarge,
        "The body exceeds 32 MiB, the transaction exceeds the store's limit, or its reads exceed `MAX_RESULT_BYTES`; "
        + "nothing was done.")]
    [ProducesNotJson]
    [ProducesProblem(
        StatusCodes.Status422UnprocessableEntity,
        "A key is written twice, or the `Idempotency-Key` was used for a different request.")]
    [ProducesNoRoom]
    public async Task<IActionResult> Transact(CancellationToken cancellationToken)
    {
        var body = await OperationBodies.ReadTransaction(
            Request.BodyParts(limits.MaxBodyBytes()), cancellationToken);
        var share = await ShareFor(body.Then.Concat(body.Otherwise), cancellationToken);
        var result = await mediator.Send(
            new ExecuteTransaction(
                Namespace, AppName, body.Conditions, body.Then, body.Otherwise, Request.IdempotencyKey()),
            cancellationToken);
        share?.ShrinkTo(result.Results.Sum(found => (long)(found?.Value.Length ?? 0)));
        Response.SetRevision(result.Revision);
        if (result.IsReplayed)
            Response.SetReplayed();
        if (result.FoundRevisions is { } found)
            return CompareFailed(body.Conditions, found).ToResult();
        var done = result.Succeeded ? body.Then : body.Otherwise;
        var envelope = new TransactionAnswer { Succeeded = result.Succeeded, Revision = result.Revision, Results = [] };
        return new StreamedAnswer<OperationAnswer>(
            done.Select((operation, i) => OperationAnswer.From(operation.Kind, operation.Key, result.Results[i])),
            StreamFrame.In(envelope, "results"));
    }

    // The values that are read stay in memory until they are sent.
    private async ValueTask<HeldBytes.Share?> ShareFor(
        IEnumerable<KeyOperationInput> operations, CancellationToken cancellationToken)
    {
        var reads = operations.Count(operation => operation.Kind.IsRead());
        return reads == 0
            ? null
            : await held.Take(
                Request, Math.Min(reads * (long)limits.MaxValueBytes, limits.MaxResultBytes), cancellationToken);
    }

    // The present revisions show the caller which compare failed. Values are not returned.
    private static ProblemDetails CompareFailed(IReadOnlyList<KeyConditionInput> conditions, IReadOnlyList<long> found)
    {
        var problem = Problems.Create(
            StatusCodes.Status412PreconditionFailed, "Precondition failed",
            "A compare does not hold; nothing was done.");
        problem.Extensions["found"] = conditions
            .Select((condition, i) =>
                new { key = condition.Key, etag = found[i] == 0 ? null : EntityTags.ToJson(found[i]) })
            .ToArray();
        return problem;
    }
}
