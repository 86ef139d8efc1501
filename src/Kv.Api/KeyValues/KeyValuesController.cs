using System.Net.Mime;
using Kv.Api.Errors;
using Kv.Api.Idempotency;
using Kv.Api.Json;
using Kv.Api.OpenApi;
using Kv.Api.Tenants;
using Kv.Application.KeyValues;
using Kv.Domain;
using Kv.Domain.KeyValues;
using MediatR;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;

namespace Kv.Api.KeyValues;

/// <summary>Keys and their values.</summary>
/// <remarks>
/// These are the calls that are made most, so they read the request themselves: MVC binds parameters by machinery that would be the most
/// expensive part of a call.
/// </remarks>
[ApiController]
[Route("kv")]
[Tags("Keys")]
[ResponseHeader("ETag", "The revision at which the key was last written, in quotes.")]
[ResponseHeader(RevisionHeaders.Revision, "The revision of the store.")]
[ProducesProblem(StatusCodes.Status400BadRequest, "Something in the request is wrong; `errors` names the field and the limit.")]
[ProducesProblem(StatusCodes.Status503ServiceUnavailable, "The store cannot be reached. `KV-Outcome: unknown` says that a write may have happened.")]
public sealed class KeyValuesController : ControllerBase
{
    private readonly IMediator _mediator;
    private readonly TenantHeaders _tenants;
    private readonly ListingStreams _listings;
    private readonly JsonBodies _bodies;
    private readonly Limits _limits;

    /// <summary>Made by the framework for each request.</summary>
    public KeyValuesController(IMediator mediator, TenantHeaders tenants, ListingStreams listings, JsonBodies bodies, Limits limits)
    {
        _mediator = mediator;
        _tenants = tenants;
        _listings = listings;
        _bodies = bodies;
        _limits = limits;
    }

    // As KeyPath took it from the path.
    private string PathKey => RouteData.Values["key"] as string ?? "";

    private CancellationToken Aborted => HttpContext.RequestAborted;

    /// <summary>Set a key</summary>
    /// <remarks>
    /// Sets the key whether or not it exists; with `If-None-Match: *` only if it does not. Without `ttl` it does not expire, or
    /// takes the deployment's default.
    /// </remarks>
    [HttpPost]
    [RequestJson(typeof(CreateKeyValueBody), MediaTypeNames.Application.Json)]
    [TakesIdempotencyKey]
    [RequestHeader(IdempotencyHeader.Name, "A name of the caller's: the same request under it is done once, and answered alike for a day.")]
    [RequestHeader("If-Match", "Do it only if the key has this `ETag`; `*` for any.", Example = "\"42\"")]
    [RequestHeader("If-None-Match", "`*`: do it only if there is no such key.", Example = "*")]
    [ProducesResponseType<WrittenKeyValue>(StatusCodes.Status201Created, "application/json", Description = "The key is set.")]
    [ProducesProblem(StatusCodes.Status412PreconditionFailed, "`If-Match` or `If-None-Match` does not hold; nothing was written.")]
    [ProducesProblem(StatusCodes.Status413PayloadTooLarge, "The body is larger than any value could need.")]
    [ProducesProblem(StatusCodes.Status415UnsupportedMediaType, "The body is not `application/json`.")]
    [ProducesProblem(StatusCodes.Status507InsufficientStorage, "The store has no room, or the tenant would have more than its quota (`error` says which). Reads go on.")]
    [ProducesProblem(StatusCodes.Status422UnprocessableEntity, "The `Idempotency-Key` was used for another request before.")]
    public async Task<IActionResult> Create()
    {
        var body = await _bodies.Read<CreateKeyValueBody>(ControllerContext);
        return await Write(
            StatusCodes.Status201Created, body.Key, body.Value, body.Ttl, contentType: null, Request.IdempotencyKey());
    }

    /// <summary>Get a key, or every key with a prefix</summary>
    /// <remarks>
    /// A key that ends in `*` asks for every key that starts with the rest: the answer is an array in key order, read at
    /// one revision and streamed. A slash in a key may be written as `/` or `%2F`; other reserved characters are percent-encoded.
    /// With an `Accept` that prefers another media type than JSON, or with `?raw`, the answer is the value's bytes.
    /// </remarks>
    [HttpGet("{**key}")]
    [HttpHead("{**key}")]
    [RequestPath("key", "The key, percent-encoded; or a prefix with `*` behind it.", Example = "user:42")]
    [RequestQuery("revision", "A past revision of the store: the key as it stood then.")]
    [RequestQuery("wait", "With `If-None-Match`: how many seconds to wait for the key to become another, 1 to 60. `\"0\"` there stands for a key that does not exist.")]
    [RequestHeader("If-None-Match", "304 if the key still has this `ETag`.", Example = "\"42\"")]
    [RequestHeader("If-Match", "412 unless the key has this `ETag`.")]
    [RequestHeader("Accept", "Media types that are welcome; JSON where it is as welcome as another.")]
    [RequestHeader(RevisionHeaders.Consistency, "`linearizable`, or `serializable` for an answer that may be stale.")]
    [RequestHeader(RevisionHeaders.MinRevision, "The revision that a `serializable` answer must have seen.")]
    [ProducesResponseType<StoredKeyValue>(StatusCodes.Status200OK, "application/json", Description = "The key; for a prefix, an array of keys.")]
    [ProducesResponseType(StatusCodes.Status304NotModified, Description = "The key is as `If-None-Match` says.")]
    [ProducesProblem(StatusCodes.Status404NotFound, "There is no such key, or none with the prefix.")]
    [ProducesProblem(StatusCodes.Status406NotAcceptable, "The value can be answered in no media type that `Accept` names.")]
    [ProducesProblem(StatusCodes.Status412PreconditionFailed, "`If-Match` does not hold.")]
    [ProducesProblem(StatusCodes.Status410Gone, "The store no longer keeps this revision; `oldest_revision` is the oldest that it does.")]
    public async Task<IActionResult> Get()
    {
        var key = PathKey;
        var (space, app) = _tenants.Read(Request);
        if (key.EndsWith(Key.Wildcard))
        {
            if (HttpMethods.IsHead(Request.Method))
                return await Count(space, app, key[..^1]);
            var listing = await _mediator.Send(new ListKeyValues(space, app, key[..^1]), Aborted);
            Response.SetRevision(listing.Revision);
            return listing.KeyValues is { } keyValues
                ? Ok(_listings.Stream(keyValues, HttpContext, Aborted))
                : NoSuchKey();
        }
        var options = Request.ReadOptions() with
        {
            WithContentType = !Representation.IsJsonOnly(Request),
            AtRevision = PastRevision(),
        };
        if (Request.QueryString.HasValue && Request.Number("wait") is { } seconds)
        {
            // It lasts as long as it is meant to, which no latency should count.
            HttpContext.Features.Get<IHttpMetricsTagsFeature>()?.Tags.Add(new("kv.long_poll", "true"));
            // Who knows nothing is answered at once.
            var known = EntityTags.Known(Request) ?? -1;
            var waited = await _mediator.Send(
                new WaitForKeyValue(space, app, key, known, seconds, options), Aborted);
            Response.SetRevision(waited.Revision);
            return waited.KeyValue is null && known == 0 ? StatusCode(StatusCodes.Status304NotModified) : Answer(waited);
        }
        return Answer(await _mediator.Send(new GetKeyValue(space, app, key, options), Aborted));
    }

    /// <summary>Set a key by its path</summary>
    /// <remarks>
    /// Sets the key whether or not it exists; with `If-Match` or `If-None-Match: *` only if that holds. Without `ttl` it no longer
    /// expires, or takes the deployment's default. A body of another type than JSON is the value itself, which is kept with its
    /// type; the header `KV-TTL` is for its time to live.
    /// </remarks>
    [HttpPut("{**key}")]
    [RequestPath("key", "The key, percent-encoded.", Example = "user:42")]
    [RequestJson(typeof(SetKeyValueBody), MediaTypeNames.Application.Json, Description = "The value.")]
    [RequestHeader("If-Match", "Do it only if the key has this `ETag`; `*` for any.", Example = "\"42\"")]
    [RequestHeader("If-None-Match", "`*`: do it only if there is no such key.", Example = "*")]
    [RequestHeader(RawBody.TtlHeader, "Seconds until the key expires, where the body is the value itself.", Example = "3600")]
    [ProducesResponseType<WrittenKeyValue>(StatusCodes.Status200OK, "application/json", Description = "The key is set.")]
    [ProducesProblem(StatusCodes.Status412PreconditionFailed, "`If-Match` or `If-None-Match` does not hold; nothing was written.")]
    [ProducesProblem(StatusCodes.Status413PayloadTooLarge, "The body is larger than any value could need.")]
    [ProducesProblem(StatusCodes.Status415UnsupportedMediaType, "The body does not say what it is, or is a form.")]
    [ProducesProblem(StatusCodes.Status507InsufficientStorage, "The store has no room, or the tenant would have more than its quota (`error` says which). Reads go on.")]
    public async Task<IActionResult> Set()
    {
        if (RawBody.IsJson(Request))
        {
            var body = await _bodies.Read<SetKeyValueBody>(ControllerContext);
            return await Write(StatusCodes.Status200OK, PathKey, body.Value, body.Ttl, contentType: null);
        }
        if (!RawBody.IsValue(Request))
            return Problems.Of(StatusCodes.Status415UnsupportedMediaType, Problems.InvalidInput, RawBody.WrongType).ToResult();
        var ttl = RawBody.Ttl(Request);
        var value = await RawBody.Read(Request, _limits, Aborted);
        return await Write(StatusCodes.Status200OK, PathKey, value, ttl, Request.ContentType);
    }

    /// <summary>Change how long a key lives</summary>
    /// <remarks>
    /// Without sending its value, which stays as it is, and safely beside others who write it. It is a write: the key has another
    /// `ETag` afterwards, and webhooks and watches see an update.
    /// </remarks>
    [HttpPatch("{**key}")]
    [RequestPath("key", "The key, percent-encoded.", Example = "user:42")]
    [RequestJson(
        typeof(PatchKeyValueBody), MediaTypeNames.Application.Json, MergePatchFormatter.MediaType, Description = "The time to live.")]
    [RequestHeader("If-Match", "Do it only if the key has this `ETag`; `*` for any.", Example = "\"42\"")]
    [RequestHeader("If-None-Match", "`*`: do it only if there is no such key.", Example = "*")]
    [ProducesResponseType<PatchedKeyValue>(StatusCodes.Status200OK, "application/json", Description = "It lives so long from now on.")]
    [ProducesProblem(StatusCodes.Status404NotFound, "There is no such key.")]
    [ProducesProblem(StatusCodes.Status412PreconditionFailed, "`If-Match` or `If-None-Match` does not hold; nothing was written.")]
    [ProducesProblem(StatusCodes.Status415UnsupportedMediaType, "The body is neither `application/merge-patch+json` nor `application/json`.")]
    [ProducesProblem(StatusCodes.Status507InsufficientStorage, "The store has no room, or the tenant would have more than its quota (`error` says which). Reads go on.")]
    public async Task<IActionResult> Patch()
    {
        var body = await _bodies.Read<PatchKeyValueBody>(ControllerContext);
        var (space, app) = _tenants.Read(Request);
        var change = await _mediator.Send(
            new SetKeyValueTtl(space, app, PathKey, body.Ttl, EntityTags.ForWrite(Request)), Aborted);
        if (change is null)
            return NoSuchKey();
        if (Refusal(change) is { } refusal)
            return refusal;
        return new JsonAnswer<PatchedKeyValue>(
            StatusCodes.Status200OK, PatchedKeyValue.Of(change.KeyValue!), KvJson.Answers.PatchedKeyValue);
    }

    /// <summary>Delete a key</summary>
    /// <remarks>The answer is the same when there was none; with `If-Match` it is 412 then, and when the key is another than that.</remarks>
    [HttpDelete("{**key}")]
    [RequestPath("key", "The key, percent-encoded.", Example = "user:42")]
    [RequestHeader("If-Match", "Do it only if the key has this `ETag`; `*` for any.", Example = "\"42\"")]
    [RequestHeader("If-None-Match", "`*`: do it only if there is no such key.", Example = "*")]
    [ProducesResponseType(StatusCodes.Status204NoContent, Description = "There is no such key (any more).")]
    [ProducesProblem(StatusCodes.Status412PreconditionFailed, "`If-Match` or `If-None-Match` does not hold; nothing was deleted.")]
    public async Task<IActionResult> Delete()
    {
        var (space, app) = _tenants.Read(Request);
        var change = await _mediator.Send(
            new DeleteKeyValue(space, app, PathKey, EntityTags.ForWrite(Request)), Aborted);
        if (Refusal(change) is { } refusal)
            return refusal;
        return NoContent();
    }

    private static ObjectResult NoSuchKey() => Problems.Of(StatusCodes.Status404NotFound, Problems.KeyNotFound).ToResult();

    // The past begins with revision 1: who names another one is told so.
    private long PastRevision() =>
        Request.QueryString.HasValue && Request.Number("revision") is { } asked ? (asked < 1 ? -1 : asked) : 0;

    // A listing whose body nobody reads is not made.
    private async Task<IActionResult> Count(string space, string app, string prefix)
    {
        var counted = await _mediator.Send(new CountKeyValues(space, app, prefix), Aborted);
        Response.SetRevision(counted.Revision);
        Response.Headers[KeyListingsController.CountHeader] = EntityTags.Bare(counted.Count);
        return counted.Count == 0 ? NoSuchKey() : Ok();
    }

    private IActionResult Answer(KeyValueLookup found)
    {
        Response.SetRevision(found.Revision);
        var instead = EntityTags.Instead(Request, found.KeyValue?.Revision ?? 0);
        if (instead == StatusCodes.Status412PreconditionFailed)
            return Problems.PreconditionFailed(found.KeyValue?.Revision ?? 0).ToResult();
        if (found.KeyValue is not { } keyValue)
            return NoSuchKey();
        Response.SetRevisions(found.Revision, keyValue.Revision);
        Response.Headers.Vary = HeaderNames.Accept;
        if (instead is { } status)
            return StatusCode(status);
        return Representation.Choose(Request, keyValue) switch
        {
            Representation.JsonType => new JsonAnswer<StoredKeyValue>(
                StatusCodes.Status200OK, StoredKeyValue.Of(keyValue), KvJson.Answers.StoredKeyValue),
            { } type => new RawAnswer(keyValue, type),
            null => Problems.Of(
                StatusCodes.Status406NotAcceptable, "Not acceptable",
                $"The value can be had as {Representation.JsonType}, {string.Join(", ", Representation.Offers(keyValue))}").ToResult(),
        };
    }

    private async Task<IActionResult> Write(
        int status, string key, ReadOnlyMemory<byte> value, long? ttl, string? contentType, string? idempotencyKey = null)
    {
        var (space, app) = _tenants.Read(Request);
        var change = await _mediator.Send(
            new SetKeyValue(space, app, key, value, ttl, contentType, EntityTags.ForWrite(Request), idempotencyKey), Aborted);
        if (change.IsReplayed)
            Response.SetReplayed();
        if (Refusal(change) is { } refusal)
            return refusal;
        return new JsonAnswer<WrittenKeyValue>(
            status, WrittenKeyValue.Of(change.KeyValue!), KvJson.Answers.WrittenKeyValue);
    }

    // Null when the write was done; the revisions are told either way.
    private ObjectResult? Refusal(KeyValueChange change)
    {
        Response.SetRevision(change.Revision);
        if ((change.KeyValue?.Revision ?? change.FoundRevision) is > 0 and var revision)
            Response.Headers.ETag = EntityTags.Of(revision);
        return change.IsApplied ? null : Problems.PreconditionFailed(change.FoundRevision).ToResult();
    }
}
