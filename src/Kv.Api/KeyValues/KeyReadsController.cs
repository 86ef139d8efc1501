using System.Net.Mime;
using Kv.Api.Access;
using Kv.Api.Answers;
using Kv.Api.Errors;
using Kv.Api.Http;
using Kv.Api.KeyValues.Bodies;
using Kv.Api.KeyValues.Contracts;
using Kv.Api.OpenApi.Attributes;
using Kv.Api.Tenants;
using Kv.Application.KeyValues;
using Kv.Application.Pipeline;
using Kv.Domain.Access;
using Microsoft.AspNetCore.Http.Features;

namespace Kv.Api.KeyValues;

/// <summary>Reads of keys.</summary>
[Tags("Keys")]
public sealed class KeyReadsController(
    IMediator mediator, TenantHeaders tenants, HeldBytes held, StoredNames names)
    : KeyControllerBase(tenants)
{
    /// <summary>Get a key, or every key with a prefix</summary>
    /// <remarks>
    /// A key that ends in `*` selects every key with this prefix: the answer is an array, in key order, read at one
    /// revision and streamed. `GET /kv` lists keys page by page. A slash in a key may be sent as `/` or `%2F`; other
    /// reserved characters must be percent-encoded. With `?raw`, or with an `Accept` that prefers another media type to
    /// JSON, the answer is the value's bytes.
    /// </remarks>
    [HttpGet("{**key}", Name = "getKey")]
    [HttpHead("{**key}", Name = "headKey")]
    [LongLived(ExceptForOneKey = true)]
    [Costly(ExceptForOneKey = true)]
    [RequestPath("key", "The key, percent-encoded; or a prefix followed by `*`.", Example = "user:42")]
    [RequestQuery("revision", "The past revision of the store to read the key at.", IsNumber = true)]
    [RequestQuery(RawBody.Raw, "`true` returns the value's bytes with their media type.", IsFlag = true)]
    [TakesLiteral]
    [RequestQuery(
        "wait",
        "With `If-None-Match`: the maximum number of seconds to wait for a change of the key, 1 to 60. "
        + "`If-None-Match: \"0\"` waits for a key that does not exist. "
        + "The answer is 429 while the namespace and app have too many watches and long polls open (`MAX_WATCHES`).",
        IsNumber = true)]
    [RequestHeader("If-None-Match", "304 if the key still has this `ETag`.")]
    [RequestHeader("If-Match", "412 unless the key has this `ETag`.")]
    [TakesConsistency]
    [TakesMinRevision]
    [ProducesAnswer<StoredKeyValue>("The key.")]
    [ProducesAnswer("The key is unchanged since `If-None-Match`.", StatusCode = StatusCodes.Status304NotModified)]
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
        var key = await names.Find(Request, PathKey, AccessVerbs.Read);
        if (key.EndsWith(Key.Wildcard) && !Request.Flag(KeyPath.Literal))
        {
            RefuseOptionsOfOneKey();
            if (HttpMethods.IsHead(Request.Method))
                return await Count(key[..^1]);
            await held.Take(Request, IKeyValueListings.PageBytes, Aborted);
            var listing = await mediator.Send(new ListKeyValues(Namespace, AppName, key[..^1]), Aborted);
            Response.SetRevision(listing.Revision);
            return listing.KeyValues is { } keyValues
                ? new StreamedAnswer<StoredKeyValue>(keyValues.Select(StoredKeyValue.From), StreamFrame.Array)
                : Problems.NotFound(Problems.KeyNotFound);
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
                new WaitForKeyValue(Namespace, AppName, key, known, seconds, options), Aborted);
            Response.SetRevision(waited.Revision);
            return waited.KeyValue is null && known == 0
                ? StatusCode(StatusCodes.Status304NotModified)
                : Answer(waited);
        }
        return Answer(await mediator.Send(new GetKeyValue(Namespace, AppName, key, options), Aborted));
    }

    // A prefix is always read at the current revision and answered in JSON.
    private void RefuseOptionsOfOneKey()
    {
        foreach (var name in (ReadOnlySpan<string>)["revision", "wait", RawBody.Raw])
            if (Request.QueryString.HasValue && Request.Query.ContainsKey(name))
                throw InvalidInput.In(
                    name, $"{name} requires one key, not a prefix; ?literal means the key whose name ends in '*'");
        foreach (var name in (ReadOnlySpan<string>)[RevisionHeaders.Consistency, RevisionHeaders.MinRevision])
            if (Request.Headers.ContainsKey(name))
                throw InvalidInput.In(name, $"{name} requires one key, not a prefix; GET /kv?prefix= takes it");
    }

    // Maps revisions below 1 to -1, which the validator refuses; 0 means the current revision.
    private long PastRevision() =>
        Request.QueryString.HasValue && Request.Number("revision") is { } asked ? (asked < 1 ? -1 : asked) : 0;

    // A HEAD request needs only the count.
    private async Task<IActionResult> Count(string prefix)
    {
        var counted = await mediator.Send(new CountKeyValues(Namespace, AppName, prefix), Aborted);
        Response.SetRevision(counted.Revision);
        Response.SetCount(counted.Count);
        return counted.Count == 0 ? Problems.NotFound(Problems.KeyNotFound) : Ok();
    }

    private IActionResult Answer(ReadResult found)
    {
        Response.SetRevision(found.Revision);
        var instead = EntityTags.StatusForRead(Request, found.KeyValue?.Revision ?? 0);
        if (instead == StatusCodes.Status412PreconditionFailed)
            return Problems.PreconditionFailed(found.KeyValue?.Revision ?? 0).ToResult();
        if (found.KeyValue is not { } keyValue)
            return Problems.NotFound(Problems.KeyNotFound);
        Response.Headers.ETag = EntityTags.Format(keyValue.Revision);
        if (instead is { } status)
            return StatusCode(status);
        held.Require(Request, keyValue.Value.Length);
        return Representation.Choose(Request, keyValue) switch
        {
            Representation.WithinJson => JsonAnswer.Ok(StoredKeyValue.From(keyValue)),
            { } type => new RawAnswer(keyValue, type),
            null => Problems.Create(
                StatusCodes.Status406NotAcceptable, "Not acceptable",
                $"The value can be had as {MediaTypeNames.Application.Json}, "
                + $"{string.Join(", ", Representation.Offers(keyValue))}").ToResult(),
        };
    }
}
