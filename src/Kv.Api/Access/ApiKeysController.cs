using Kv.Api.Errors;
using Kv.Api.Json;
using Kv.Api.OpenApi;
using Kv.Application.Access;
using MediatR;
using Microsoft.AspNetCore.Mvc;

namespace Kv.Api.Access;

/// <summary>The API keys of the deployment.</summary>
[ApiController]
[Route("admin/apikeys")]
[Tags("API keys")]
[Administrative]
[ServiceFilter<ApiKeysInUseFilter>]
[ProducesProblem(StatusCodes.Status400BadRequest, "Something in the request is wrong; `errors` names the field and the limit.")]
[ProducesProblem(StatusCodes.Status404NotFound, "`AUTH` is not `apikey`, or there is no such key.", Error = Problems.ApiKeyNotFound)]
[ProducesProblem(StatusCodes.Status503ServiceUnavailable, "The store cannot be reached.")]
public sealed class ApiKeysController : ControllerBase
{
    private readonly IMediator _mediator;

    /// <summary>Made by the framework for each request.</summary>
    public ApiKeysController(IMediator mediator) => _mediator = mediator;

    /// <summary>Make an API key</summary>
    /// <remarks>
    /// For administrators. `key` in the answer is what its holder sends, as `Authorization: Bearer` or `X-API-Key`. It is told this once:
    /// only a hash of it is kept.
    /// </remarks>
    [HttpPost]
    [ProducesResponseType<ApiKeyAnswer>(StatusCodes.Status201Created, "application/json", Description = "The key is good from now on.")]
    [ProducesProblem(StatusCodes.Status409Conflict, "There are as many keys as there may be.", Error = "Too many API keys")]
    [ProducesProblem(StatusCodes.Status413PayloadTooLarge, "The body is larger than any value could need.")]
    [ProducesProblem(StatusCodes.Status415UnsupportedMediaType, "The body is not `application/json`.")]
    [ProducesProblem(StatusCodes.Status507InsufficientStorage, "The store has no room. Reads go on.")]
    public async Task<IActionResult> Create(CreateApiKeyBody body, CancellationToken cancellationToken)
    {
        Response.Headers.CacheControl = "no-store";
        return await _mediator.Send(body.ToRequest(), cancellationToken) is { } issued
            ? new JsonAnswer<ApiKeyAnswer>(
                StatusCodes.Status201Created, ApiKeyAnswer.Of(issued.Key, issued.Secret), KvJson.Answers.ApiKeyAnswer)
            : Problems.Of(StatusCodes.Status409Conflict, "Too many API keys").ToResult();
    }

    /// <summary>List the API keys</summary>
    /// <remarks>For administrators. Those that have expired show until they are revoked. What opens them is told to nobody.</remarks>
    [HttpGet]
    [ProducesResponseType<IReadOnlyList<ApiKeyAnswer>>(StatusCodes.Status200OK, "application/json", Description = "The keys, in the order in which they were made.")]
    public async Task<IActionResult> List(CancellationToken cancellationToken)
    {
        var keys = await _mediator.Send(new ListApiKeys(), cancellationToken);
        return new JsonAnswer<IReadOnlyList<ApiKeyAnswer>>(
            StatusCodes.Status200OK, [.. keys.Select(key => ApiKeyAnswer.Of(key))], KvJson.Answers.IReadOnlyListApiKeyAnswer);
    }

    /// <summary>Revoke an API key</summary>
    /// <remarks>For administrators. It is refused at once by the replica that answers, and within 5 seconds by every other.</remarks>
    /// <param name="id" example="1f0c6f0e3f0a4f43">The key's id.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    [HttpDelete("{id}")]
    [ProducesResponseType(StatusCodes.Status204NoContent, Description = "There is no such key any more.")]
    public async Task<IActionResult> Revoke(string id, CancellationToken cancellationToken) =>
        await _mediator.Send(new RevokeApiKey(id), cancellationToken)
            ? NoContent()
            : Problems.Of(StatusCodes.Status404NotFound, Problems.ApiKeyNotFound).ToResult();
}
