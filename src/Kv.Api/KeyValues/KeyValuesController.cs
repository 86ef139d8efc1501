using Kv.Api.Errors;
using Kv.Api.Json;
using Kv.Api.OpenApi;
using Kv.Api.Tenants;
using Kv.Application.KeyValues;
using Kv.Domain.KeyValues;
using MediatR;
using Microsoft.AspNetCore.Mvc;

namespace Kv.Api.KeyValues;

/// <summary>Keys and their values.</summary>
[ApiController]
[Route("kv")]
[Tags("Keys")]
[ProducesProblem(StatusCodes.Status400BadRequest, "Something in the request is wrong; `errors` names the field and the limit.")]
[ProducesProblem(StatusCodes.Status503ServiceUnavailable, "The store cannot be reached. `KV-Outcome: unknown` says that a write may have happened.")]
public sealed class KeyValuesController : ControllerBase
{
    private readonly IMediator _mediator;
    private readonly TenantHeaders _tenants;
    private readonly ListingStreams _listings;

    /// <summary>Made by the framework for each request.</summary>
    public KeyValuesController(IMediator mediator, TenantHeaders tenants, ListingStreams listings)
    {
        _mediator = mediator;
        _tenants = tenants;
        _listings = listings;
    }

    /// <summary>Set a key</summary>
    /// <remarks>Sets the key whether or not it exists. Without `ttl` it does not expire, or takes the deployment's default.</remarks>
    [HttpPost]
    [ProducesResponseType<WrittenKeyValue>(StatusCodes.Status201Created, "application/json", Description = "The key is set.")]
    [ProducesProblem(StatusCodes.Status413PayloadTooLarge, "The body is larger than any value could need.")]
    [ProducesProblem(StatusCodes.Status415UnsupportedMediaType, "The body is not `application/json`.")]
    [ProducesProblem(StatusCodes.Status507InsufficientStorage, "The store has no room. Reads go on.")]
    public async Task<IActionResult> Create(CreateKeyValueBody body, CancellationToken cancellationToken)
    {
        var written = await Write(body.Key, body.Value, body.Ttl, cancellationToken);
        return Answer(StatusCodes.Status201Created, written);
    }

    /// <summary>Get a key, or every key with a prefix</summary>
    /// <remarks>
    /// A key that ends in `*` asks for every key that starts with the rest: the answer is an array in key order, read at
    /// one revision and streamed. A slash in a key may be written as `/` or `%2F`; other reserved characters are percent-encoded.
    /// </remarks>
    /// <param name="key" example="user:42">The key, percent-encoded; or a prefix with `*` behind it.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    [HttpGet("{**key}")]
    [ProducesResponseType<StoredKeyValue>(StatusCodes.Status200OK, "application/json", Description = "The key; for a prefix, an array of keys.")]
    [ProducesProblem(StatusCodes.Status404NotFound, "There is no such key, or none with the prefix.")]
    public async Task<IActionResult> Get([FromKeyPath] string key, CancellationToken cancellationToken)
    {
        var (space, app) = _tenants.Read(Request);
        if (key.EndsWith(Key.Wildcard))
        {
            var listing = await _mediator.Send(new ListKeyValues(space, app, key[..^1]), cancellationToken);
            return listing is null ? NoSuchKey() : Ok(_listings.Stream(listing, HttpContext, cancellationToken));
        }
        var found = await _mediator.Send(new GetKeyValue(space, app, key), cancellationToken);
        return found is null ? NoSuchKey() : Answer(found);
    }

    /// <summary>Set a key by its path</summary>
    /// <remarks>Sets the key whether or not it exists. Without `ttl` it no longer expires, or takes the deployment's default.</remarks>
    /// <param name="key" example="user:42">The key, percent-encoded.</param>
    /// <param name="body">The value.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    [HttpPut("{**key}")]
    [ProducesResponseType<WrittenKeyValue>(StatusCodes.Status200OK, "application/json", Description = "The key is set.")]
    [ProducesProblem(StatusCodes.Status413PayloadTooLarge, "The body is larger than any value could need.")]
    [ProducesProblem(StatusCodes.Status415UnsupportedMediaType, "The body is not `application/json`.")]
    [ProducesProblem(StatusCodes.Status507InsufficientStorage, "The store has no room. Reads go on.")]
    public async Task<IActionResult> Set(
        [FromKeyPath] string key, SetKeyValueBody body, CancellationToken cancellationToken) =>
        Answer(StatusCodes.Status200OK, await Write(key, body.Value, body.Ttl, cancellationToken));

    /// <summary>Delete a key</summary>
    /// <remarks>The answer is the same when there was none.</remarks>
    /// <param name="key" example="user:42">The key, percent-encoded.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    [HttpDelete("{**key}")]
    [ProducesResponseType(StatusCodes.Status204NoContent, Description = "There is no such key (any more).")]
    public async Task<IActionResult> Delete([FromKeyPath] string key, CancellationToken cancellationToken)
    {
        var (space, app) = _tenants.Read(Request);
        await _mediator.Send(new DeleteKeyValue(space, app, key), cancellationToken);
        return NoContent();
    }

    private static ObjectResult NoSuchKey() => Problems.Of(StatusCodes.Status404NotFound, Problems.KeyNotFound).ToResult();

    private static JsonAnswer<StoredKeyValue> Answer(KeyValueDto found) =>
        new(StatusCodes.Status200OK, StoredKeyValue.Of(found), KvJson.Answers.StoredKeyValue);

    private static JsonAnswer<WrittenKeyValue> Answer(int status, WrittenKeyValue written) =>
        new(status, written, KvJson.Answers.WrittenKeyValue);

    private async Task<WrittenKeyValue> Write(
        string key, ReadOnlyMemory<byte> value, long? ttl, CancellationToken cancellationToken)
    {
        var (space, app) = _tenants.Read(Request);
        return WrittenKeyValue.Of(await _mediator.Send(new SetKeyValue(space, app, key, value, ttl), cancellationToken));
    }
}
