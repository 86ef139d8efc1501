using Kv.Api.Errors;
using Kv.Api.Idempotency;
using Kv.Api.Json;
using Kv.Api.OpenApi;
using Kv.Api.Tenants;
using Kv.Application.KeyValues;
using MediatR;
using Microsoft.AspNetCore.Mvc;

namespace Kv.Api.KeyValues;

/// <summary>Many operations in one call.</summary>
[ApiController]
[Tags("Keys")]
[ResponseHeader(RevisionHeaders.Revision, "The revision of the store.")]
[ProducesProblem(StatusCodes.Status400BadRequest, "Something in the request is wrong; `errors` names the field and the limit.")]
[ProducesProblem(StatusCodes.Status503ServiceUnavailable, "The store cannot be reached. `KV-Outcome: unknown` says that a write may have happened.")]
public sealed class TransactionsController : ControllerBase
{
    // Many values in one body; the store has a limit of its own for what is one transaction.
    private const long MaxBodyBytes = 32 * 1024 * 1024;

    private readonly IMediator _mediator;
    private readonly TenantHeaders _tenants;

    /// <summary>Made by the framework for each request.</summary>
    public TransactionsController(IMediator mediator, TenantHeaders tenants)
    {
        _mediator = mediator;
        _tenants = tenants;
    }

    /// <summary>Do many things, each by itself</summary>
    /// <remarks>
    /// Up to 1000 operations, each with its own status: what one of them would have been answered as a call of its own. Those of one
    /// key are done in their order. `set` and `delete` may depend on `etag` or `exists`.
    /// </remarks>
    [HttpPost("bulk")]
    [RequestSizeLimit(MaxBodyBytes)]
    [ProducesResponseType<BulkAnswer>(StatusCodes.Status200OK, "application/json", Description = "What became of each.")]
    [ProducesProblem(StatusCodes.Status413PayloadTooLarge, "The body is larger than 32 MiB.")]
    [ProducesProblem(StatusCodes.Status415UnsupportedMediaType, "The body is not `application/json`.")]
    public async Task<IActionResult> Bulk(BulkBody body, CancellationToken cancellationToken)
    {
        var (space, app) = _tenants.Read(Request);
        var results = await _mediator.Send(new ExecuteBulk(space, app, body.Operations), cancellationToken);
        var revision = results.Max(result => result.Change?.Revision ?? result.Lookup?.Revision ?? 0);
        if (revision > 0)
            Response.SetRevision(revision);
        var answer = new BulkAnswer { Results = [.. results.Select((result, i) => BulkAnswers.Of(body.Operations[i], result))] };
        return new JsonAnswer<BulkAnswer>(StatusCodes.Status200OK, answer, KvJson.Answers.BulkAnswer);
    }

    /// <summary>Do operations together, all or nothing</summary>
    /// <remarks>
    /// When all of `compare` holds, `success` is done, and `failure` otherwise: one transaction of the store, at one revision. A `get`
    /// sees what was done before it in the same transaction. Webhooks and watches are told of each key.
    /// </remarks>
    [HttpPost("txn")]
    [TakesIdempotencyKey]
    [RequestSizeLimit(MaxBodyBytes)]
    [RequestHeader(IdempotencyHeader.Name, "A name of the caller's: the same request under it is done once, and answered alike for a day. It must not read.")]
    [ProducesResponseType<TransactionAnswer>(StatusCodes.Status200OK, "application/json", Description = "A branch was done.")]
    [ProducesProblem(StatusCodes.Status412PreconditionFailed, "A compare does not hold, and there is no `failure`; nothing was done.")]
    [ProducesProblem(StatusCodes.Status413PayloadTooLarge, "The body is larger than 32 MiB, or the transaction than the store takes.")]
    [ProducesProblem(StatusCodes.Status415UnsupportedMediaType, "The body is not `application/json`.")]
    [ProducesProblem(StatusCodes.Status422UnprocessableEntity, "A key is written twice, or the `Idempotency-Key` was used for another request before.")]
    [ProducesProblem(StatusCodes.Status507InsufficientStorage, "The store has no room, or the tenant would have more than its quota (`error` says which). Reads go on.")]
    public async Task<IActionResult> Transact(TransactionBody body, CancellationToken cancellationToken)
    {
        var (space, app) = _tenants.Read(Request);
        var result = await _mediator.Send(
            new ExecuteTransaction(space, app, body.Conditions, body.Then, body.Otherwise, Request.IdempotencyKey()), cancellationToken);
        Response.SetRevision(result.Revision);
        if (result.IsReplayed)
            Response.SetReplayed();
        if (result.FoundRevisions is { } found)
            return CompareFailed(body.Conditions, found).ToResult();
        var done = result.Succeeded ? body.Then : body.Otherwise;
        var answer = new TransactionAnswer
        {
            Succeeded = result.Succeeded,
            Revision = result.Revision,
            Results = [.. done.Select((operation, i) => OperationAnswer.Of(operation.Kind, operation.Key, result.Results[i]))],
        };
        return new JsonAnswer<TransactionAnswer>(StatusCodes.Status200OK, answer, KvJson.Answers.TransactionAnswer);
    }

    // How each key stands lets the caller tell which compare it was; of one with a value only the revision is told.
    private static ProblemDetails CompareFailed(IReadOnlyList<KeyConditionInput> conditions, IReadOnlyList<long> found)
    {
        var problem = Problems.Of(
            StatusCodes.Status412PreconditionFailed, "Precondition failed", "A compare does not hold; nothing was done.");
        problem.Extensions["found"] = conditions
            .Select((condition, i) => new { key = condition.Key, etag = found[i] == 0 ? null : EntityTags.Bare(found[i]) }).ToArray();
        return problem;
    }
}
