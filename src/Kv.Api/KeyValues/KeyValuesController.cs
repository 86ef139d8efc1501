using System.Net.Mime;
using Kv.Api.Access;
using Kv.Api.Answers;
using Kv.Api.Errors;
using Kv.Api.Http;
using Kv.Api.Idempotency;
using Kv.Api.Json;
using Kv.Api.KeyValues.Bodies;
using Kv.Api.KeyValues.Contracts;
using Kv.Api.OpenApi.Attributes;
using Kv.Api.Tenants;
using Kv.Application.KeyValues;
using Kv.Application.Pipeline;
using Kv.Domain;
using Kv.Domain.Access;
using Kv.Domain.KeyValues;
using MediatR;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;

namespace Kv.Api.KeyValues;

/// <summary>Keys and their values.</summary>
/// <remarks>
/// These are the most frequent calls, so they read the request themselves: MVC's parameter binding would be the most
/// expensive part of a call.
/// </remarks>
[ApiController]
[Route("kv")]
[Tags("Keys")]
[ResponseHeader("ETag", "The revision of the key's last write, in quotes.")]
[ResponseHeader(RevisionHeaders.Revision, "The revision of the store.")]
[ProducesInvalidInput]
[InvalidInputExample("key", "Key too long (max 100 characters)")]
[ProducesStoreUnavailableForWrites]
public sealed class KeyValuesController(
    IMediator mediator, TenantHeaders tenants, UnsentBytes unsent, JsonBodies bodies, StoredNames names, Limits limits)
    : ControllerBase
{
    private const string Literal = "literal";
    private const string LiteralText = "`true` means a key whose name ends in `*` instead of a prefix.";

    // KeyPath reads it from the path.
    private string PathKey => RouteData.Values["key"] as string ?? "";

    // For calls that do not accept a prefix.
    private string OneKey => PathKey is var key && (!key.EndsWith(Key.Wildcard) || Request.Flag(Literal))
        ? key
        : throw InvalidInput.In(
            "key", "Key must not end in '*': this call takes one key and no prefix; "
            + "?literal means the key of that name");

    private ValueTask<string> StoredName(string key, AccessVerbs verb) => names.Find(Request, key, verb);

    private CancellationToken Aborted => HttpContext.RequestAborted;

    /// <summary>Set a key</summary>
    /// <remarks>
    /// Sets the key whether or not it exists; with `If-None-Match: *` only if it does not. Without `ttl`, the
    /// deployment's default applies, which may be no expiry.
    /// </remarks>
    [HttpPost]
    [RequestJson(typeof(CreateKeyValueBody), MediaTypeNames.Application.Json)]
    [RequestHeader(
        IdempotencyHeader.Name,
        "A key of the caller's choice: for a day, a request with the same key is executed once and gets the same "
        + "answer.")]
    [RequestHeader(
        "If-Match", "Execute only if the key has this `ETag`, for example `\"42\"`, or one of a list; `*` for any.")]
    [RequestHeader("If-None-Match", "`*`: execute only if the key does not exist.")]
    [ProducesResponseType<WrittenKeyValue>(
        StatusCodes.Status201Created, "application/json", Description = "The key is set.")]
    [ProducesNotWritten]
    [ProducesBodyTooLarge]
    [ProducesNotJson]
    [ProducesNoRoom]
    [ProducesKeyReused]
    [InvalidInputExample("ttl", "TTL must be between 0 and 31536000 seconds")]
    public async Task<IActionResult> Create()
    {
        var body = await bodies.Read<CreateKeyValueBody>(ControllerContext);
        return await Write(
            StatusCodes.Status201Created, body.Key, body.Value, body.Ttl.GetValueOrDefault(), contentType: null,
            Request.IdempotencyKey());
    }

    /// <summary>Get a key, or every key with a prefix</summary>
    /// <remarks>
    /// A key that ends in `*` selects every key with this prefix: the answer is an array, in key order, read at one
    /// revision and streamed. `GET /kv` lists keys page by page. A slash in a key may be sent as `/` or `%2F`; other
    /// reserved characters must be percent-encoded. With `?raw`, or with an `Accept` that prefers another media type to
    /// JSON, the answer is the value's bytes.
    /// </remarks>
    [HttpGet("{**key}")]
    [HttpHead("{**key}")]
    [LongLived(ButForOneKey = true)]
    [Costly(ButForOneKey = true)]
    [RequestPath("key", "The key, percent-encoded; or a prefix followed by `*`.", Example = "user:42")]
    [RequestQuery("revision", "The past revision of the store to read the key at.", IsNumber = true)]
    [RequestQuery(RawBody.Raw, "`true` returns the value's bytes with their media type.", IsFlag = true)]
    [RequestQuery(Literal, LiteralText, IsFlag = true)]
    [RequestQuery(
        "wait",
        "With `If-None-Match`: the maximum number of seconds to wait for a change of the key, 1 to 60. "
        + "`If-None-Match: \"0\"` waits for a key that does not exist.", IsNumber = true)]
    [RequestHeader("If-None-Match", "304 if the key still has this `ETag`.")]
    [RequestHeader("If-Match", "412 unless the key has this `ETag`.")]
    [RequestHeader(RevisionHeaders.Consistency, "`linearizable`, or `serializable` for an answer that may be stale.",
        Values = ["linearizable", "serializable"])]
    [RequestHeader(RevisionHeaders.MinRevision, "The minimum revision of a `serializable` answer.", IsNumber = true)]
    [ProducesResponseType<StoredKeyValue>(StatusCodes.Status200OK, "application/json", Description = "The key.")]
    [ProducesResponseType(
        StatusCodes.Status304NotModified, Description = "The key is unchanged since `If-None-Match`.")]
    [ProducesProblem(StatusCodes.Status404NotFound, "The key does not exist, or no key has the prefix.")]
    [ProducesProblem(
        StatusCodes.Status406NotAcceptable, "`Accept` names no media type that the value is available in.")]
    [ProducesProblem(StatusCodes.Status412PreconditionFailed, "`If-Match` does not hold.")]
    [ProducesProblem(
        StatusCodes.Status410Gone,
        "The store no longer keeps this revision; `oldest_revision` is the oldest that it keeps.")]
    [RawValue]
    public async Task<IActionResult> Get()
    {
        var key = await StoredName(PathKey, AccessVerbs.Read);
        var (space, app) = tenants.Read(Request);
        if (key.EndsWith(Key.Wildcard) && !Request.Flag(Literal))
        {
            RefuseWhatIsOfOneKey();
            if (HttpMethods.IsHead(Request.Method))
                return await Count(space, app, key[..^1]);
            await unsent.Take(Request, IKeyValueListings.PageBytes, Aborted);
            var listing = await mediator.Send(new ListKeyValues(space, app, key[..^1]), Aborted);
            Response.SetRevision(listing.Revision);
            return listing.KeyValues is { } keyValues
                ? new StreamedAnswer<StoredKeyValue>(
                    keyValues.Select(StoredKeyValue.From), KeyValueJson.Answers.StoredKeyValue, StreamFrame.Array)
                : NoSuchKey();
        }
        var options = Request.ReadOptions() with
        {
            WithContentType = !Representation.IsJsonOnly(Request),
            AtRevision = PastRevision(),
        };
        if (Request.QueryString.HasValue && Request.Number("wait") is { } seconds)
        {
            // The duration of a long poll is intended: tag it, so that latency metrics can exclude it.
            HttpContext.Features.Get<IHttpMetricsTagsFeature>()?.Tags.Add(new("kv.long_poll", "true"));
            // Without an ETag there is nothing to wait for: answer immediately.
            var known = EntityTags.Known(Request) ?? -1;
            var waited = await mediator.Send(
                new WaitForKeyValue(space, app, key, known, seconds, options), Aborted);
            Response.SetRevision(waited.Revision);
            return waited.KeyValue is null && known == 0
                ? StatusCode(StatusCodes.Status304NotModified)
                : Answer(waited);
        }
        return Answer(await mediator.Send(new GetKeyValue(space, app, key, options), Aborted));
    }

    /// <summary>Set a key by its path</summary>
    /// <remarks>
    /// Sets the key whether or not it exists; with `If-Match` or `If-None-Match: *` only if the condition holds.
    /// Without `ttl`, the deployment's default applies, which may be no expiry. A body of another type than JSON is the
    /// value itself and is stored with its type; the header `KV-TTL` sets its time to live.
    /// </remarks>
    [HttpPut("{**key}")]
    [RequestPath("key", "The key, percent-encoded.", Example = "user:42")]
    [RequestQuery(RawBody.Raw, "`true` stores the body itself as the value, even if it is JSON.", IsFlag = true)]
    [RequestJson(typeof(SetKeyValueBody), MediaTypeNames.Application.Json, Description = "The value.")]
    [RequestHeader(
        "If-Match", "Execute only if the key has this `ETag`, for example `\"42\"`, or one of a list; `*` for any.")]
    [RequestHeader("If-None-Match", "`*`: execute only if the key does not exist.")]
    [RequestHeader(
        RawBody.TtlHeader, "The time to live in seconds, or `never`, if the body is the value itself.",
        IsNumber = true)]
    [ProducesResponseType<WrittenKeyValue>(
        StatusCodes.Status200OK, "application/json", Description = "The key is set.")]
    [ProducesNotWritten]
    [ProducesBodyTooLarge]
    [ProducesProblem(StatusCodes.Status415UnsupportedMediaType, "The body has no content type, or that of a form.")]
    [ProducesNoRoom]
    [InvalidInputExample("ttl", "TTL must be between 0 and 31536000 seconds")]
    [RawValue(InBody = true)]
    public async Task<IActionResult> Set()
    {
        var isRaw = Request.Flag(RawBody.Raw);
        if (RawBody.IsJson(Request) && !isRaw)
        {
            var body = await bodies.Read<SetKeyValueBody>(ControllerContext);
            var name = await StoredName(PathKey, AccessVerbs.Write);
            if (body.Key is { } key && key != PathKey && key != name)
                throw InvalidInput.In("key", "key must be the key in the path, or be left out");
            if (Request.Headers.ContainsKey(RawBody.TtlHeader))
                throw InvalidInput.In(
                    RawBody.TtlHeader, $"{RawBody.TtlHeader} has no effect beside a JSON body: send ttl in it");
            return await Write(
                StatusCodes.Status200OK, name, body.Value, body.Ttl.GetValueOrDefault(), contentType: null);
        }
        if (!RawBody.IsValue(Request))
            return Problems.Create(
                StatusCodes.Status415UnsupportedMediaType, Problems.InvalidInput, RawBody.WrongType).ToResult();
        var ttl = RawBody.Ttl(Request);
        var value = await RawBody.Read(Request, limits, Aborted);
        if (!isRaw && RawBody.IsUndeclaredJson(Request, value.Span))
            return Problems.Create(
                StatusCodes.Status415UnsupportedMediaType, Problems.InvalidInput, RawBody.UndeclaredJson).ToResult();
        return await Write(
            StatusCodes.Status200OK, await StoredName(PathKey, AccessVerbs.Write), value, ttl, Request.ContentType);
    }

    /// <summary>Change a key's time to live</summary>
    /// <remarks>
    /// The value is neither sent nor changed, so concurrent writes are not lost. This is a write: the key gets a new
    /// `ETag`, and webhooks and watches receive an update.
    /// </remarks>
    [HttpPatch("{**key}")]
    [RequestPath("key", "The key, percent-encoded.", Example = "user:42")]
    [RequestQuery(Literal, LiteralText, IsFlag = true)]
    [RequestJson(
        typeof(PatchKeyValueBody), MediaTypeNames.Application.Json, MergePatchFormatter.MediaType,
        Description = "The time to live.")]
    [RequestHeader(
        "If-Match", "Execute only if the key has this `ETag`, for example `\"42\"`, or one of a list; `*` for any.")]
    [RequestHeader("If-None-Match", "`*`: execute only if the key does not exist.")]
    [ProducesResponseType<PatchedKeyValue>(
        StatusCodes.Status200OK, "application/json", Description = "The time to live is changed.")]
    [ProducesProblem(StatusCodes.Status404NotFound, "The key does not exist.")]
    [ProducesNotWritten]
    [ProducesProblem(
        StatusCodes.Status415UnsupportedMediaType,
        "The body is neither `application/merge-patch+json` nor `application/json`.")]
    [ProducesNoRoom]
    [InvalidInputExample("ttl", "TTL must be between 0 and 31536000 seconds")]
    public async Task<IActionResult> Patch()
    {
        var body = await bodies.Read<PatchKeyValueBody>(ControllerContext);
        var (space, app) = tenants.Read(Request);
        var patch = new SetKeyValueTtl(
            space, app, await StoredName(OneKey, AccessVerbs.Write), body.Ttl, EntityTags.ForWrite(Request));
        var change = await mediator.Send(patch, Aborted);
        while (EntityTags.Next(Request, patch.Condition, change) is { } next)
            change = await mediator.Send(patch = patch with { Condition = next }, Aborted);
        if (change is null)
            return NoSuchKey();
        if (Refusal(change) is { } refusal)
            return refusal;
        return new JsonAnswer<PatchedKeyValue>(
            StatusCodes.Status200OK, PatchedKeyValue.From(change.KeyValue!), KeyValueJson.Answers.PatchedKeyValue);
    }

    /// <summary>Delete a key</summary>
    /// <remarks>
    /// The answer is the same when the key did not exist. With `If-Match` it is 412 when the key does not exist or has
    /// another `ETag`.
    /// </remarks>
    [HttpDelete("{**key}")]
    [RequestPath("key", "The key, percent-encoded.", Example = "user:42")]
    [RequestQuery(Literal, LiteralText, IsFlag = true)]
    [RequestHeader(
        "If-Match", "Execute only if the key has this `ETag`, for example `\"42\"`, or one of a list; `*` for any.")]
    [RequestHeader("If-None-Match", "`*`: execute only if the key does not exist.")]
    [ProducesResponseType(StatusCodes.Status204NoContent, Description = "The key does not exist (any longer).")]
    [ProducesProblem(
        StatusCodes.Status412PreconditionFailed, "`If-Match` or `If-None-Match` does not hold; nothing was deleted.")]
    public async Task<IActionResult> Delete()
    {
        var (space, app) = tenants.Read(Request);
        var delete = new DeleteKeyValue(
            space, app, await StoredName(OneKey, AccessVerbs.Delete), EntityTags.ForWrite(Request));
        var change = await mediator.Send(delete, Aborted);
        while (EntityTags.Next(Request, delete.Condition, change) is { } next)
            change = await mediator.Send(delete = delete with { Condition = next }, Aborted);
        if (Refusal(change) is { } refusal)
            return refusal;
        return NoContent();
    }

    private static ObjectResult NoSuchKey() =>
        Problems.Create(StatusCodes.Status404NotFound, Problems.KeyNotFound).ToResult();

    // A prefix is always read at the present revision and answered in JSON.
    private void RefuseWhatIsOfOneKey()
    {
        foreach (var name in (ReadOnlySpan<string>)["revision", "wait", RawBody.Raw])
            if (Request.QueryString.HasValue && Request.Query.ContainsKey(name))
                throw InvalidInput.In(
                    name, $"{name} goes with one key and no prefix; ?literal means the key whose name ends in '*'");
        foreach (var name in (ReadOnlySpan<string>)[RevisionHeaders.Consistency, RevisionHeaders.MinRevision])
            if (Request.Headers.ContainsKey(name))
                throw InvalidInput.In(name, $"{name} goes with one key and no prefix; GET /kv?prefix= takes it");
    }

    // Maps revisions below 1 to -1, which the validator refuses; 0 means the present.
    private long PastRevision() =>
        Request.QueryString.HasValue && Request.Number("revision") is { } asked ? (asked < 1 ? -1 : asked) : 0;

    // A HEAD request needs only the count.
    private async Task<IActionResult> Count(string space, string app, string prefix)
    {
        var counted = await mediator.Send(new CountKeyValues(space, app, prefix), Aborted);
        Response.SetRevision(counted.Revision);
        Response.Headers[KeyListingsController.CountHeader] = EntityTags.ToJson(counted.Count);
        return counted.Count == 0 ? NoSuchKey() : Ok();
    }

    private IActionResult Answer(ReadResult found)
    {
        Response.SetRevision(found.Revision);
        var instead = EntityTags.StatusForRead(Request, found.KeyValue?.Revision ?? 0);
        if (instead == StatusCodes.Status412PreconditionFailed)
            return Problems.PreconditionFailed(found.KeyValue?.Revision ?? 0).ToResult();
        if (found.KeyValue is not { } keyValue)
            return NoSuchKey();
        Response.SetRevisions(found.Revision, keyValue.Revision);
        if (instead is { } status)
            return StatusCode(status);
        unsent.Require(Request, keyValue.Value.Length);
        return Representation.Choose(Request, keyValue) switch
        {
            Representation.WithinJson => new JsonAnswer<StoredKeyValue>(
                StatusCodes.Status200OK, StoredKeyValue.From(keyValue), KeyValueJson.Answers.StoredKeyValue),
            { } type => new RawAnswer(keyValue, type),
            null => Problems.Create(
                StatusCodes.Status406NotAcceptable, "Not acceptable",
                $"The value can be had as {MediaTypeNames.Application.Json}, "
                + $"{string.Join(", ", Representation.Offers(keyValue))}").ToResult(),
        };
    }

    private async Task<IActionResult> Write(
        int status, string key, ReadOnlyMemory<byte> value, TimeToLive ttl, string? contentType,
        string? idempotencyKey = null)
    {
        var (space, app) = tenants.Read(Request);
        var set = new SetKeyValue(
            space, app, key, value, ttl, contentType, EntityTags.ForWrite(Request), idempotencyKey);
        var change = await mediator.Send(set, Aborted);
        while (EntityTags.Next(Request, set.Condition, change) is { } next)
            change = await mediator.Send(set = set with { Condition = next }, Aborted);
        if (change.IsReplayed)
            Response.SetReplayed();
        if (Refusal(change) is { } refusal)
            return refusal;
        return new JsonAnswer<WrittenKeyValue>(
            status, WrittenKeyValue.From(change.KeyValue!), KeyValueJson.Answers.WrittenKeyValue);
    }

    // Null for an applied write. Sets the revision headers in either case.
    private ObjectResult? Refusal(WriteResult change)
    {
        Response.SetRevision(change.Revision);
        if ((change.KeyValue?.Revision ?? change.FoundRevision) is > 0 and var revision)
            Response.Headers.ETag = EntityTags.Format(revision);
        return change.IsApplied ? null : Problems.PreconditionFailed(change.FoundRevision).ToResult();
    }
}
