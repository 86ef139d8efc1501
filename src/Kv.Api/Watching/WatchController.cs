using Kv.Api.Access;
using Kv.Api.Answers;
using Kv.Api.Errors;
using Kv.Api.Http;
using Kv.Api.OpenApi.Attributes;
using Kv.Api.Tenants;
using Kv.Application.Watching;

namespace Kv.Api.Watching;

/// <summary>Watches of keys.</summary>
[ApiController]
[Route("watch")]
[Tags("Keys")]
[ProducesInvalidInput]
[ProducesStoreUnavailable]
public sealed class WatchController(
    IMediator mediator, TenantHeaders tenants, WatchOptions options, RequestFailures failures, TimeProvider time)
    : TenantControllerBase(tenants)
{
    private const string Events =
        "event: update\ndata: {\"key\":\"user:42\",\"value\":\"Ada Lovelace\",\"etag\":\"42\"}\nid: 42\n\n"
        + "event: delete\ndata: {\"key\":\"user:43\",\"reason\":\"expired\",\"etag\":\"43\"}\nid: 43\n\n";

    internal const string LastEventId = "Last-Event-ID";

    /// <summary>Watch keys</summary>
    /// <remarks>
    /// Server-sent events (`EventSource` in a browser): `create`, `update` and `delete`, each with the key as JSON. The
    /// `reason` of a `delete` is `deleted` or `expired`. The `id` is the revision; only the last event of a revision
    /// has it, so a watch that resumes by `Last-Event-ID` has neither gaps nor repetitions. A client that reads too
    /// slowly is disconnected and can resume in the same way. `gone` means that the store has compacted changes that
    /// were due: read the keys again. `unauthorized` means that the credential was revoked or has expired, and ends the
    /// watch. `position` only advances the `id`: ignore it. The answer is 429 while the namespace and app have too many
    /// watches and long polls open (`MAX_WATCHES`).
    /// </remarks>
    [HttpGet(Name = "watchKeys")]
    [LongLived(ReportsEnd = true)]
    [Costly]
    [TenantInQuery]
    [TakesTicket]
    [RequestQuery("prefix", "The prefix of the keys; without it, all keys.")]
    [RequestQuery("key", "A single key instead of a prefix.")]
    [RequestQuery("since", "The revision after which the watch begins; without it, now.", IsNumber = true)]
    [RequestQuery(
        "include_previous",
        "`true` adds the key's previous state to each change, or `forgotten` when the store no longer has it.",
        IsFlag = true)]
    [RequestQuery(
        TenantHeaders.NamespaceParameter,
        "The namespace, for an `EventSource`, which cannot set headers; not together with the header.")]
    [RequestQuery(TenantHeaders.AppParameter, "The app, likewise.")]
    [RequestQuery(TicketHolders.Parameter, "A ticket of `POST /watch-tickets`, instead of a credential.")]
    [RequestHeader(LastEventId, "The last received `id`, by which an `EventSource` resumes. It overrides `since`.")]
    [ResponseHeader(RevisionHeaders.Revision, "The revision after which the watch begins.")]
    [ProducesAnswer<WatchedKey>(
        "An endless stream of events; the data of one event.", ContentType = "text/event-stream")]
    [ProducesProblem(
        StatusCodes.Status410Gone,
        "The store no longer keeps the changes after this revision; `oldest_revision` is the oldest that it keeps.")]
    [Streams("text/event-stream", Events)]
    public async Task<IActionResult> Watch(CancellationToken cancellationToken)
    {
        var (field, since) = Since();
        var includesPrevious = Request.Flag("include_previous");
        var keys = new WatchKeys(Namespace, AppName, Request.Text("prefix") ?? "", Request.Text("key"), since);
        return await EventStream.Open(
            mediator.Send(keys, cancellationToken), field,
            watch => new EventStream(watch, includesPrevious, options.Heartbeat, failures, time));
    }

    // A client that resumes sends Last-Event-ID and repeats the query of its first request, so the header wins.
    private (string Field, long? Revision) Since() =>
        Request.Headers[LastEventId] is [{ Length: > 0 } last]
            ? (LastEventId, RequestValues.ToNumber(LastEventId, last))
            : ("since", Request.Number("since"));
}
