using Kv.Api.Access;
using Kv.Api.Answers;
using Kv.Api.OpenApi.Attributes;
using Kv.Application.Overview;

namespace Kv.Api.Overview;

/// <summary>The state of the deployment, for its operators.</summary>
[ApiController]
[Route("admin/overview")]
[Tags("Operation")]
[Administrative]
[ProducesInvalidInput]
[ProducesStoreUnavailable]
public sealed class OverviewController(IMediator mediator, OverviewHistory history) : ControllerBase
{
    /// <summary>Read the overview</summary>
    /// <remarks>
    /// For administrators. The last hour of the replica that answers, over all tenants, and the state of the store.
    /// Each replica keeps its own figures in memory, from its start on. Durations are at most 19 % too high. Watches
    /// are not counted; a long poll counts with the time that it waits. The answer is 200 also while the store does not
    /// answer: `store.error` says why.
    /// </remarks>
    [HttpGet(Name = "getOverview")]
    [ProducesAnswer<OverviewAnswer>("The overview.")]
    public async Task<IActionResult> Read(CancellationToken cancellationToken)
    {
        Response.Headers.CacheControl = "no-store";
        var overview = await mediator.Send(new ReadOverview(), cancellationToken);
        return JsonAnswer.Ok(OverviewAnswer.From(overview, history));
    }
}
