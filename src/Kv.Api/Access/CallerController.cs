using Kv.Api.Answers;
using Kv.Api.OpenApi.Attributes;
using Kv.Application.Access;

namespace Kv.Api.Access;

/// <summary>The caller's own identity and grants.</summary>
[ApiController]
[Route("whoami")]
[Tags("Access")]
[Tenantless]
[ProducesInvalidInput]
[ProducesStoreUnavailable]
public sealed class CallerController(IMediator mediator) : ControllerBase
{
    /// <summary>Get the caller's own grants</summary>
    /// <remarks>
    /// The grants of the caller's credential: a client can hide calls that would be refused. Without `AUTH` every
    /// caller may do everything.
    /// </remarks>
    [HttpGet(Name = "getCaller")]
    [ProducesAnswer<CallerAnswer>("The caller and its grants.")]
    public async Task<IActionResult> Read(CancellationToken cancellationToken) =>
        JsonAnswer.Ok(CallerAnswer.From(await mediator.Send(new DescribeCaller(), cancellationToken)));
}
