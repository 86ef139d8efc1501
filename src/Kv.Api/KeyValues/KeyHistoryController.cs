using Kv.Api.Errors;
using Kv.Api.Json;
using Kv.Api.OpenApi;
using Kv.Api.Tenants;
using Kv.Application.KeyValues;
using MediatR;
using Microsoft.AspNetCore.Mvc;

namespace Kv.Api.KeyValues;

/// <summary>The past of keys.</summary>
[ApiController]
[Route("history")]
[Tags("Keys")]
[ProducesProblem(StatusCodes.Status400BadRequest, "Something in the request is wrong; `errors` names the field and the limit.")]
[ProducesProblem(StatusCodes.Status503ServiceUnavailable, "The store cannot be reached.")]
public sealed class KeyHistoryController : ControllerBase
{
    private const int StandardLimit = 20;

    private readonly IMediator _mediator;
    private readonly TenantHeaders _tenants;

    /// <summary>Made by the framework for each request.</summary>
    public KeyHistoryController(IMediator mediator, TenantHeaders tenants)
    {
        _mediator = mediator;
        _tenants = tenants;
    }

    /// <summary>Get what happened to a key</summary>
    /// <remarks>
    /// The newest first, as far back as the store keeps it: etcd until it is compacted, the embedded engine for
    /// `HISTORY_REVISIONS`. A deleted key has a history, too. A value as it stood at some revision is at `/kv/{key}?revision=`.
    /// </remarks>
    /// <param name="key" example="user:42">The key, percent-encoded.</param>
    /// <param name="limit" example="20">How much at most, 1 to 100; less where values are large.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    [HttpGet("{**key}")]
    [ProducesResponseType<KeyHistoryAnswer>(StatusCodes.Status200OK, "application/json", Description = "What happened to it.")]
    [ProducesProblem(StatusCodes.Status404NotFound, "The store knows of no such key, present or past.")]
    public async Task<IActionResult> Get([FromKeyPath] string key, string? limit, CancellationToken cancellationToken)
    {
        var (space, app) = _tenants.Read(Request);
        var most = (int)Math.Clamp(Request.Number("limit") ?? StandardLimit, int.MinValue, int.MaxValue);
        var history = await _mediator.Send(new GetKeyHistory(space, app, key, most), cancellationToken);
        return history.Changes.Count == 0
            ? Problems.Of(StatusCodes.Status404NotFound, Problems.KeyNotFound).ToResult()
            : new JsonAnswer<KeyHistoryAnswer>(
                StatusCodes.Status200OK, KeyHistoryAnswer.Of(key, history), KvJson.Answers.KeyHistoryAnswer);
    }
}
