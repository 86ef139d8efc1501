using Kv.Api.Access;
using Kv.Api.Answers;
using Kv.Api.Errors;
using Kv.Api.Json;
using Kv.Api.OpenApi.Attributes;
using Kv.Api.RateLimits;
using Kv.Api.Tenants;
using Kv.Application.Watching;
using Kv.Domain.Watching;

namespace Kv.Api.Watching;

/// <summary>Tickets for watches in browsers.</summary>
[ApiController]
[Route("watch-tickets")]
[Tags("Keys")]
[ServiceFilter<CredentialsInUseFilter>]
[ProducesInvalidInput]
[ProducesProblem(
    StatusCodes.Status404NotFound, "`AUTH` is `none`, so a watch needs no ticket.",
    Error = "Credentials are not in use")]
[ProducesStoreUnavailable]
public sealed class WatchTicketsController(IMediator mediator, TenantHeaders tenants, WatchTicketLimit limit)
    : TenantControllerBase(tenants)
{
    /// <summary>Issue a ticket for a watch</summary>
    /// <remarks>
    /// For a browser's `EventSource`, which cannot send a credential: `GET /watch?ticket=...` opens one watch on this
    /// tenant's keys with `prefix`. The ticket can be used once, within 30 seconds. The watch ends when the credential
    /// is revoked or expires. A tenant may have 100 tickets issued at once, and 10 more each second.
    /// </remarks>
    [HttpPost(Name = "createWatchTicket")]
    [RequestJson<WatchTicketBody>]
    [ProducesAnswer<WatchTicketAnswer>("The ticket is valid from now on.", StatusCode = StatusCodes.Status201Created)]
    [ProducesBodyTooLarge]
    [ProducesNotJson]
    [ProducesStoreFull]
    public async Task<IActionResult> Issue(CancellationToken cancellationToken)
    {
        var body = await Request.ReadBody<WatchTicketBody>();
        Response.Headers.CacheControl = "no-store";
        if (!limit.TryTake(Request))
            return TokenBuckets.Refusal(
                Response, 1,
                $"This namespace and app may have {WatchTicketLimit.AtOnce} tickets issued at once, and "
                + $"{WatchTicketLimit.PerSecond} more each second; no ticket was issued.").ToResult();
        var ticket = await mediator.Send(
            new IssueWatchTicket(Namespace, AppName, body.Prefix ?? "", Credentials.Read(Request)!), cancellationToken);
        return JsonAnswer.Created(
            new WatchTicketAnswer { Ticket = ticket, ExpiresIn = (long)WatchTicket.Lifetime.TotalSeconds });
    }
}
