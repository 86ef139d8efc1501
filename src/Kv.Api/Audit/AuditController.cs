using Kv.Api.Access;
using Kv.Api.Errors;
using Kv.Api.Json;
using Kv.Api.OpenApi;
using Kv.Application.Audit;
using MediatR;
using Microsoft.AspNetCore.Mvc;

namespace Kv.Api.Audit;

/// <summary>The records of who changed what.</summary>
[ApiController]
[Route("admin/audit")]
[Tags("Audit")]
[Administrative]
[ServiceFilter<AuditInStoreFilter>]
public sealed class AuditController : ControllerBase
{
    private readonly IMediator _mediator;

    /// <summary>Made by the framework for each request.</summary>
    public AuditController(IMediator mediator) => _mediator = mediator;

    /// <summary>List who changed what</summary>
    /// <remarks>
    /// For administrators, where `AUTH` asks for credentials. Oldest first, by when the changes were asked for: a change that waits for the
    /// store comes to stand before others that were done sooner. Whoever follows the records therefore begins each time with a `from` of a
    /// minute before the last one that it has seen, and drops those whose `id` it has seen. Records stand in the store beside the changes, written in the same transaction, for as long as `AUDIT_RETENTION` says. What was
    /// refused or failed has none, nor what expired.
    /// </remarks>
    /// <param name="namespace" example="shop">The namespace. Without it and `app`: the records about the deployment, which are of its API keys.</param>
    /// <param name="app" example="billing">The app.</param>
    /// <param name="from" example="2026-01-01T00:00:00Z">From when on (RFC 3339), or from which day on (UTC).</param>
    /// <param name="to" example="2026-02-01">Up to when, without that time itself.</param>
    /// <param name="cursor">Where the page before said that it goes on.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    /// <param name="limit" example="100">How many at most, 1 to 1000.</param>
    [HttpGet]
    [ProducesResponseType<AuditListing>(StatusCodes.Status200OK, "application/json", Description = "A page of records.")]
    [ProducesProblem(StatusCodes.Status400BadRequest, "Something in the request is wrong; `errors` names the field and the limit.")]
    [ProducesProblem(StatusCodes.Status404NotFound, "`AUDIT` is not `store`.", Error = Problems.AuditNotKept)]
    [ProducesProblem(StatusCodes.Status503ServiceUnavailable, "The store cannot be reached.")]
    public async Task<IActionResult> List(
        string? @namespace, string? app, string? from, string? to, string? cursor, CancellationToken cancellationToken, int limit = 100)
    {
        var page = await _mediator.Send(new ListAuditRecords(@namespace, app, from, to, cursor, limit), cancellationToken);
        return new JsonAnswer<AuditListing>(StatusCodes.Status200OK, AuditListing.Of(page), KvJson.Answers.AuditListing);
    }
}
