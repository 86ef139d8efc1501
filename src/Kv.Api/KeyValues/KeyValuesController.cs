using System.Net.Mime;
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
using Kv.Domain.Access;

namespace Kv.Api.KeyValues;

/// <summary>Writes of keys.</summary>
[Tags("Keys")]
public sealed class KeyValuesController(
    IMediator mediator, TenantHeaders tenants, StoredNames names, CopyTurns turns, Limits limits)
    : KeyControllerBase(tenants)
{
    // For calls that do not accept a prefix.
    private string OneKey => PathKey is var key && (!key.EndsWith(Key.Wildcard) || Request.Flag(KeyPath.Literal))
        ? key
        : throw InvalidInput.In(
            "key", "Key must not end in '*': this call takes one key and no prefix; "
            + "?literal means the key of that name");

    private ValueTask<string> StoredName(string key, AccessVerbs verb) => names.Find(Request, key, verb);

    /// <summary>Set a key</summary>
    /// <remarks>
    /// Sets the key whether or not it exists; with `If-None-Match: *` only if it does not. Without `ttl`, the
    /// deployment's default applies, which may be no expiry.
    /// </remarks>
    [HttpPost(Name = "createKey")]
    [RequestJson<CreateKeyValueBody>]
    [TakesIdempotencyKey]
    [TakesIfMatch]
    [TakesIfNoneMatch]
    [ProducesAnswer<WrittenKeyValue>("The key is set.", StatusCode = StatusCodes.Status201Created)]
    [ProducesNotWritten]
    [ProducesBodyTooLarge]
    [ProducesNotJson]
    [ProducesNoRoom]
    [ProducesKeyReused]
    [InvalidInputExample("ttl", "TTL must be between 0 and 31536000 seconds")]
    public async Task<IActionResult> Create()
    {
        var body = await Request.ReadBody<CreateKeyValueBody>();
        return await Write(
            StatusCodes.Status201Created, body.Key, body.Value, body.Ttl.GetValueOrDefault(), contentType: null,
            Request.IdempotencyKey());
    }

    /// <summary>Set a key by its path</summary>
    /// <remarks>
    /// Sets the key whether or not it exists; with `If-Match` or `If-None-Match: *` only if the condition holds.
    /// Without `ttl`, the deployment's default applies, which may be no expiry. A body of another type than JSON is the
    /// value itself and is stored with its type; the header `KV-TTL` sets its time to live.
    /// </remarks>
    [HttpPut("{**key}", Name = "setKey")]
    [RequestPath("key", "The key, percent-encoded.", Example = "user:42")]
    [RequestQuery(RawBody.Raw, "`true` stores the body itself as the value, even if it is JSON.", IsFlag = true)]
    [RequestJson<SetKeyValueBody>(RawValueAttribute.AnyType, Description = "The value.")]
    [TakesIfMatch]
    [TakesIfNoneMatch]
    [RequestHeader(
        RawBody.TtlHeader, "The time to live in seconds, or `never`, if the body is the value itself.",
        IsNumber = true)]
    [ProducesAnswer<WrittenKeyValue>("The key is set.")]
    [ProducesNotWritten]
    [ProducesBodyTooLarge]
    [ProducesProblem(StatusCodes.Status415UnsupportedMediaType, "The body has no content type, or that of a form.")]
    [ProducesNoRoom]
    [InvalidInputExample("ttl", "TTL must be between 0 and 31536000 seconds")]
    public async Task<IActionResult> Set()
    {
        var isRaw = Request.Flag(RawBody.Raw);
        if (MediaTypes.Is(Request, MediaTypeNames.Application.Json) && !isRaw)
        {
            var body = await Request.ReadBody<SetKeyValueBody>();
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
    [HttpPatch("{**key}", Name = "setKeyTtl")]
    [RequestPath("key", "The key, percent-encoded.", Example = "user:42")]
    [TakesLiteral]
    [RequestJson<PatchKeyValueBody>(MediaTypes.MergePatch, Description = "The time to live.")]
    [TakesIfMatch]
    [TakesIfNoneMatch]
    [ProducesAnswer<PatchedKeyValue>("The time to live is changed.")]
    [ProducesProblem(StatusCodes.Status404NotFound, "The key does not exist.")]
    [ProducesNotWritten]
    [ProducesProblem(
        StatusCodes.Status415UnsupportedMediaType,
        "The body is neither `application/merge-patch+json` nor `application/json`.")]
    [ProducesNoRoom]
    [InvalidInputExample("ttl", "TTL must be between 0 and 31536000 seconds")]
    public async Task<IActionResult> Patch()
    {
        var body = await Request.ReadBody<PatchKeyValueBody>(MediaTypes.MergePatch);
        var patch = new SetKeyValueTtl(
            Namespace, AppName, await StoredName(OneKey, AccessVerbs.Write), body.Ttl, EntityTags.ForWrite(Request));
        using var turn = await turns.Take(Request, Aborted);
        var change = await mediator.Send(patch, Aborted);
        while (EntityTags.Next(Request, patch.Condition, change) is { } next)
            change = await mediator.Send(patch = patch with { Condition = next }, Aborted);
        if (change is null)
            return Problems.NotFound(Problems.KeyNotFound);
        if (Refusal(change) is { } refusal)
            return refusal;
        return JsonAnswer.Ok(PatchedKeyValue.From(change.KeyValue!));
    }

    /// <summary>Delete a key</summary>
    /// <remarks>
    /// The answer is the same when the key did not exist. With `If-Match` it is 412 when the key does not exist or has
    /// another `ETag`.
    /// </remarks>
    [HttpDelete("{**key}", Name = "deleteKey")]
    [RequestPath("key", "The key, percent-encoded.", Example = "user:42")]
    [TakesLiteral]
    [TakesIfMatch]
    [TakesIfNoneMatch]
    [ProducesAnswer("The key does not exist (any longer).", StatusCode = StatusCodes.Status204NoContent)]
    [ProducesProblem(
        StatusCodes.Status412PreconditionFailed, "`If-Match` or `If-None-Match` does not hold; nothing was deleted.")]
    public async Task<IActionResult> Delete()
    {
        var delete = new DeleteKeyValue(
            Namespace, AppName, await StoredName(OneKey, AccessVerbs.Delete), EntityTags.ForWrite(Request));
        var change = await mediator.Send(delete, Aborted);
        while (EntityTags.Next(Request, delete.Condition, change) is { } next)
            change = await mediator.Send(delete = delete with { Condition = next }, Aborted);
        if (Refusal(change) is { } refusal)
            return refusal;
        return NoContent();
    }

    private async Task<IActionResult> Write(
        int status, string key, ReadOnlyMemory<byte> value, TimeToLive ttl, string? contentType,
        string? idempotencyKey = null)
    {
        var set = new SetKeyValue(
            Namespace, AppName, key, value, ttl, contentType, EntityTags.ForWrite(Request), idempotencyKey);
        var change = await mediator.Send(set, Aborted);
        while (EntityTags.Next(Request, set.Condition, change) is { } next)
            change = await mediator.Send(set = set with { Condition = next }, Aborted);
        if (change.IsReplayed)
            Response.SetReplayed();
        if (Refusal(change) is { } refusal)
            return refusal;
        return new JsonAnswer<WrittenKeyValue>(
            status, WrittenKeyValue.From(change.KeyValue!));
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
