using Kv.Api.Access;
using Kv.Api.KeyValues;
using Kv.Api.OpenApi;
using Kv.Api.Tenants;
using Kv.Application.Watching;
using MediatR;
using Microsoft.AspNetCore.Mvc;

namespace Kv.Api.Watching;

/// <summary>What happens to keys, as it happens.</summary>
[ApiController]
[Route("watch")]
[Tags("Keys")]
[ProducesProblem(StatusCodes.Status400BadRequest, "Something in the request is wrong; `errors` names the field and the limit.")]
[ProducesProblem(StatusCodes.Status503ServiceUnavailable, "The store cannot be reached.")]
public sealed class WatchController : ControllerBase
{
    private const string LastEventId = "Last-Event-ID";

    private readonly IMediator _mediator;
    private readonly TenantHeaders _tenants;
    private readonly EventStreams _streams;

    /// <summary>Made by the framework for each request.</summary>
    public WatchController(IMediator mediator, TenantHeaders tenants, EventStreams streams)
    {
        _mediator = mediator;
        _tenants = tenants;
        _streams = streams;
    }

    /// <summary>Watch keys</summary>
    /// <remarks>
    /// Server-sent events (`EventSource` in a browser): `create`, `update` and `delete`, each with the key as JSON; `delete` tells in
    /// `reason` whether the key was `deleted` or has `expired`. The `id` is the revision, and only on the last event of a revision,
    /// so that `Last-Event-ID` goes on without a gap and without a repetition. A reader that is too slow is cut off, and goes on in
    /// the same way. `gone` tells that the store has forgotten what was due: read the keys again.
    /// </remarks>
    /// <param name="prefix" example="user/">What the keys start with; all keys without it.</param>
    /// <param name="key" example="user:42">One key, instead of a prefix.</param>
    /// <param name="since" example="42">The revision after which to begin; now without it.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    [HttpGet]
    [LongLived]
    [RequestHeader(LastEventId, "The last `id` that came, which goes before `since`: how an `EventSource` goes on.")]
    [ResponseHeader(RevisionHeaders.Revision, "The revision after which it begins.")]
    [ProducesResponseType<WatchedKey>(StatusCodes.Status200OK, "text/event-stream", Description = "The events, without end; the data of one of them.")]
    [ProducesProblem(StatusCodes.Status410Gone, "The store no longer keeps what happened after this revision; `oldest_revision` is the oldest that it does.")]
    public async Task<IActionResult> Watch(string? prefix, string? key, string? since, CancellationToken cancellationToken)
    {
        var (space, app) = _tenants.Read(Request);
        var (field, after) = Since();
        var opening = _mediator.Send(
            new WatchKeys(space, app, Request.Text("prefix") ?? "", Request.Text("key"), after), cancellationToken);
        return await _streams.Of(opening, field);
    }

    // A reader that comes back says where it was, and repeats the query of its first request.
    private (string Field, long? Revision) Since() =>
        Request.Headers[LastEventId] is [{ Length: > 0 } last]
            ? (LastEventId, QueryValues.ToNumber(LastEventId, last))
            : (nameof(Since), Request.Number("since"));
}
