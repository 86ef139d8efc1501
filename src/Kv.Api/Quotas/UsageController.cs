using Kv.Api.Answers;
using Kv.Api.Errors;
using Kv.Api.Http;
using Kv.Api.OpenApi.Attributes;
using Kv.Api.Tenants;
using Kv.Application.Quotas;

namespace Kv.Api.Quotas;

/// <summary>The usage of quotas.</summary>
[ApiController]
[Route("usage")]
[Tags("Usage")]
[ProducesInvalidInput]
[ProducesProblem(StatusCodes.Status503ServiceUnavailable, "The replica has just started and is still counting.")]
public sealed class UsageController(IMediator mediator, TenantHeaders tenants) : TenantControllerBase(tenants)
{
    /// <summary>Get the tenant's usage and quota</summary>
    /// <remarks>
    /// Available with quotas (`QUOTA_KEYS`, `QUOTA_BYTES`). The replica counts the usage from the store's changes, with
    /// a delay of a few milliseconds; `revision` is the revision of the usage. The call does not read the store.
    /// </remarks>
    [HttpGet(Name = "getUsage")]
    [ResponseHeader(RevisionHeaders.Revision, "The revision of the usage.")]
    [ProducesAnswer<UsageAnswer>("The usage.")]
    [ProducesProblem(
        StatusCodes.Status404NotFound, "The deployment has no quotas, so nothing is counted.",
        Error = Problems.NoQuotas)]
    public async Task<IActionResult> Get(CancellationToken cancellationToken)
    {
        if (await mediator.Send(new GetUsage(Namespace, AppName), cancellationToken) is not { } usage)
            return Problems.Create(
                StatusCodes.Status404NotFound, Problems.NoQuotas,
                "The deployment has no quotas (QUOTA_KEYS, QUOTA_BYTES), so the usage is not counted.").ToResult();
        Response.SetRevision(usage.Revision);
        return JsonAnswer.Ok(UsageAnswer.From(usage));
    }
}
