using Kv.Api.Errors;
using Kv.Api.Json;
using Kv.Api.KeyValues;
using Kv.Api.OpenApi;
using Kv.Api.Tenants;
using Kv.Application.Quotas;
using MediatR;
using Microsoft.AspNetCore.Mvc;

namespace Kv.Api.Quotas;

/// <summary>How much of its quota a tenant has used.</summary>
[ApiController]
[Route("usage")]
[Tags("Usage")]
[ProducesProblem(StatusCodes.Status400BadRequest, "Something in the request is wrong; `errors` names the field and the limit.")]
[ProducesProblem(StatusCodes.Status503ServiceUnavailable, "This replica has just started, and is still counting.")]
public sealed class UsageController : ControllerBase
{
    private readonly IMediator _mediator;
    private readonly TenantHeaders _tenants;

    /// <summary>Made by the framework for each request.</summary>
    public UsageController(IMediator mediator, TenantHeaders tenants)
    {
        _mediator = mediator;
        _tenants = tenants;
    }

    /// <summary>Get how much the tenant has, and may have</summary>
    /// <remarks>
    /// Where there are quotas (`QUOTA_KEYS`, `QUOTA_BYTES`). It is as this replica knows it from the store's changes, a few milliseconds
    /// late; `revision` says as of when. The store is not asked.
    /// </remarks>
    /// <param name="cancellationToken">The caller went away.</param>
    [HttpGet]
    [ResponseHeader(RevisionHeaders.Revision, "The revision of the store at which it was so.")]
    [ProducesResponseType<UsageAnswer>(StatusCodes.Status200OK, "application/json", Description = "How much it has.")]
    [ProducesProblem(StatusCodes.Status404NotFound, "There are no quotas here, and nothing is counted.", Error = Problems.NoQuotas)]
    public async Task<IActionResult> Get(CancellationToken cancellationToken)
    {
        var (space, app) = _tenants.Read(Request);
        if (await _mediator.Send(new GetUsage(space, app), cancellationToken) is not { } usage)
            return Problems.Of(
                StatusCodes.Status404NotFound, Problems.NoQuotas,
                "There are no quotas here (QUOTA_KEYS, QUOTA_BYTES), so what a tenant has is not counted.").ToResult();
        Response.SetRevision(usage.Revision);
        return new JsonAnswer<UsageAnswer>(StatusCodes.Status200OK, UsageAnswer.Of(usage), KvJson.Answers.UsageAnswer);
    }
}
