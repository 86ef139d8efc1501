using Kv.Api.Answers;
using Kv.Api.Errors;
using Kv.Api.Http;
using Kv.Api.Json;
using Kv.Api.OpenApi.Attributes;
using Kv.Application.Access;

namespace Kv.Api.Access.ApiKeys;

/// <summary>The API keys of the deployment.</summary>
[ApiController]
[Route("admin/apikeys")]
[Tags("API keys")]
[Administrative]
[ServiceFilter<ApiKeysInUseFilter>]
[ProducesInvalidInput]
[ProducesProblem(
    StatusCodes.Status404NotFound, "`AUTH` is not `apikey`, or the key does not exist.",
    Error = Problems.ApiKeyNotFound)]
[ProducesStoreUnavailable]
public sealed class ApiKeysController(IMediator mediator, HeldBytes held) : ControllerBase
{
    private const string DisableWebhooks = "disable_webhooks";

    /// <summary>Create an API key</summary>
    /// <remarks>
    /// For administrators. Clients send `key` from the answer as `Authorization: Bearer` or `X-API-Key`. Only this
    /// answer contains it: Kv stores a hash.
    /// </remarks>
    [HttpPost(Name = "createApiKey")]
    [RequestJson<CreateApiKeyBody>]
    [ProducesAnswer<ApiKeyAnswer>("The key is valid from now on.", StatusCode = StatusCodes.Status201Created)]
    [ProducesProblem(StatusCodes.Status409Conflict, "The limit of API keys is reached.", Error = "Too many API keys")]
    [ProducesBodyTooLarge]
    [ProducesNotJson]
    [ProducesStoreFull]
    public async Task<IActionResult> Create(CancellationToken cancellationToken)
    {
        var body = await Request.ReadBody<CreateApiKeyBody>();
        Response.Headers.CacheControl = "no-store";
        return await mediator.Send(body.ToRequest(), cancellationToken) is { } issued
            ? JsonAnswer.Created(ApiKeyAnswer.From(issued.Key, issued.Secret))
            : Problems.Create(StatusCodes.Status409Conflict, "Too many API keys").ToResult();
    }

    /// <summary>List the API keys</summary>
    /// <remarks>
    /// For administrators. The list contains expired keys until they are revoked. It does not contain the keys' texts.
    /// </remarks>
    [HttpGet(Name = "listApiKeys")]
    [Costly]
    [ProducesAnswer<IReadOnlyList<ApiKeyAnswer>>("The keys, in the order of their creation.")]
    public async Task<IActionResult> List(CancellationToken cancellationToken)
    {
        var keys = await mediator.Send(new ListApiKeys(), cancellationToken);
        await held.TakeIfLarge(
            Request, keys.Sum(key => (long)key.Id.Length + key.Name.Length + (key.Prefix?.Length ?? 0)),
            cancellationToken);
        return new StreamedAnswer<ApiKeyAnswer>(
            keys.Select(key => ApiKeyAnswer.From(key)), StreamFrame.Array);
    }

    /// <summary>Revoke an API key</summary>
    /// <remarks>
    /// For administrators. The replica that answers refuses the key immediately, every other replica within 5 seconds.
    /// A running call with the key ends within 5 more seconds. The webhooks that the key registered stay active unless
    /// `disable_webhooks` is `true`; the answer lists them. The call may be repeated: it gives the same answer for a
    /// revoked key that still has webhooks.
    /// </remarks>
    /// <param name="id" example="1f0c6f0e3f0a4f43">The key's id.</param>
    [HttpDelete("{id}", Name = "revokeApiKey")]
    [RequestQuery(DisableWebhooks, "`true` disables the webhooks that the key registered.", IsFlag = true)]
    [ProducesAnswer<RevokedApiKeyAnswer>("The key is revoked; its webhooks.")]
    [ProducesProblem(
        StatusCodes.Status507InsufficientStorage, "The store is too full to disable webhooks. The key is revoked.")]
    public async Task<IActionResult> Revoke(string id, CancellationToken cancellationToken)
    {
        var command = new RevokeApiKey(id, Request.Flag(DisableWebhooks));
        return await mediator.Send(command, cancellationToken) is { } revoked
            ? JsonAnswer.Ok(RevokedApiKeyAnswer.From(id, revoked))
            : Problems.NotFound(Problems.ApiKeyNotFound);
    }
}
