using Kv.Api.Errors;
using Kv.Api.Idempotency;
using Kv.Api.Json;
using Kv.Api.KeyValues;
using Kv.Api.OpenApi;
using Kv.Api.Tenants;
using Kv.Application.Webhooks;
using Kv.Domain.KeyValues;
using MediatR;
using Microsoft.AspNetCore.Mvc;

namespace Kv.Api.Webhooks;

/// <summary>Webhooks: calls that Kv makes when keys change.</summary>
[ApiController]
[Route("webhooks")]
[Tags("Webhooks")]
[ProducesProblem(StatusCodes.Status400BadRequest, "Something in the request is wrong; `errors` names the field and the limit.")]
[ProducesProblem(StatusCodes.Status503ServiceUnavailable, "The store cannot be reached. `KV-Outcome: unknown` says that a write may have happened.")]
public sealed class WebhooksController : ControllerBase
{
    private readonly IMediator _mediator;
    private readonly TenantHeaders _tenants;

    /// <summary>Made by the framework for each request.</summary>
    public WebhooksController(IMediator mediator, TenantHeaders tenants)
    {
        _mediator = mediator;
        _tenants = tenants;
    }

    /// <summary>Register a webhook</summary>
    /// <remarks>It fires for changes from now on. `key`, `event` and `endpoint` must be given.</remarks>
    [HttpPost]
    [TakesIdempotencyKey]
    [RequestHeader(IdempotencyHeader.Name, "A name of the caller's: the same request under it is done once, and answered alike for a day.")]
    [ProducesProblem(StatusCodes.Status422UnprocessableEntity, "The `Idempotency-Key` was used for another request before.")]
    [ProducesResponseType<RegisteredWebhook>(StatusCodes.Status201Created, "application/json", Description = "The webhook is registered.")]
    [ProducesProblem(StatusCodes.Status409Conflict, "There are as many webhooks under this namespace and app as there may be.")]
    [ProducesProblem(StatusCodes.Status413PayloadTooLarge, "The body is larger than any value could need.")]
    [ProducesProblem(StatusCodes.Status415UnsupportedMediaType, "The body is not `application/json`.")]
    [ProducesProblem(StatusCodes.Status507InsufficientStorage, "The store has no room. Reads go on.")]
    public async Task<IActionResult> Register(RegisterWebhookBody body, CancellationToken cancellationToken)
    {
        var (space, app) = _tenants.Read(Request);
        var registration = await _mediator.Send(new RegisterWebhook(space, app, body.ToInput(), Request.IdempotencyKey()), cancellationToken);
        if (registration.IsReplayed)
            Response.SetReplayed();
        return registration.Id is { } id
            ? new JsonAnswer<RegisteredWebhook>(
                StatusCodes.Status201Created, new RegisteredWebhook { Id = id }, KvJson.Answers.RegisteredWebhook)
            : Problems.Of(StatusCodes.Status409Conflict, $"Too many webhooks (max {registration.Limit})").ToResult();
    }

    /// <summary>List the webhooks</summary>
    /// <remarks>Those of this namespace and app, in the order in which they were registered.</remarks>
    [HttpGet]
    [ProducesResponseType<IReadOnlyList<StoredWebhook>>(StatusCodes.Status200OK, "application/json", Description = "The webhooks; an empty array when there are none.")]
    public Task<IActionResult> List(CancellationToken cancellationToken) => List("", cancellationToken);

    /// <summary>Get a webhook, or every one whose key starts with a prefix</summary>
    /// <remarks>With a `*` at its end the id is the start of a key: the answer is an array, which may be empty.</remarks>
    /// <param name="id" example="7f0c6f0e-3f0a-4f43-9f0b-0d1f6f1d2c3b">The id; or the start of a key, percent-encoded, with `*` behind it.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    [HttpGet("{**id}")]
    [ProducesResponseType<StoredWebhook>(StatusCodes.Status200OK, "application/json", Description = "The webhook; for the start of a key, an array of webhooks.")]
    [ProducesProblem(StatusCodes.Status404NotFound, "There is no such webhook.", Error = Problems.WebhookNotFound)]
    public async Task<IActionResult> Get([FromKeyPath] string id, CancellationToken cancellationToken)
    {
        if (id.EndsWith(Key.Wildcard))
            return await List(id[..^1], cancellationToken);
        var (space, app) = _tenants.Read(Request);
        return Answer(await _mediator.Send(new GetWebhook(space, app, id), cancellationToken));
    }

    /// <summary>Change a webhook</summary>
    /// <remarks>What is left out stays as it was. An answer can be edited and sent back: what is masked in it stays as well.</remarks>
    /// <param name="id" example="7f0c6f0e-3f0a-4f43-9f0b-0d1f6f1d2c3b">The id.</param>
    /// <param name="body">What to change.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    [HttpPut("{**id}")]
    [ProducesResponseType<StoredWebhook>(StatusCodes.Status200OK, "application/json", Description = "The whole webhook, as it is now.")]
    [ProducesProblem(StatusCodes.Status404NotFound, "There is no such webhook.", Error = Problems.WebhookNotFound)]
    [ProducesProblem(StatusCodes.Status413PayloadTooLarge, "The body is larger than any value could need.")]
    [ProducesProblem(StatusCodes.Status415UnsupportedMediaType, "The body is not `application/json`.")]
    [ProducesProblem(StatusCodes.Status507InsufficientStorage, "The store has no room. Reads go on.")]
    public async Task<IActionResult> Update([FromKeyPath] string id, UpdateWebhookBody body, CancellationToken cancellationToken)
    {
        var (space, app) = _tenants.Read(Request);
        return Answer(await _mediator.Send(new UpdateWebhook(space, app, id, body.ToInput()), cancellationToken));
    }

    /// <summary>Delete a webhook</summary>
    /// <remarks>What waits to be delivered to it is dropped. The answer is the same when there was none.</remarks>
    /// <param name="id" example="7f0c6f0e-3f0a-4f43-9f0b-0d1f6f1d2c3b">The id.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    [HttpDelete("{**id}")]
    [ProducesResponseType(StatusCodes.Status204NoContent, Description = "There is no such webhook (any more).")]
    public async Task<IActionResult> Delete([FromKeyPath] string id, CancellationToken cancellationToken)
    {
        var (space, app) = _tenants.Read(Request);
        await _mediator.Send(new DeleteWebhook(space, app, id), cancellationToken);
        return NoContent();
    }

    /// <summary>Give a webhook a new secret</summary>
    /// <remarks>The secret before, if there was one, goes on signing beside the new one for a day.</remarks>
    /// <param name="id" example="7f0c6f0e-3f0a-4f43-9f0b-0d1f6f1d2c3b">The id.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    [HttpPost("{id}/rotate-secret")]
    [ProducesResponseType<RotatedSecret>(StatusCodes.Status200OK, "application/json", Description = "The new secret, told this once.")]
    [ProducesProblem(StatusCodes.Status404NotFound, "There is no such webhook.", Error = Problems.WebhookNotFound)]
    [ProducesProblem(StatusCodes.Status507InsufficientStorage, "The store has no room. Reads go on.")]
    public async Task<IActionResult> RotateSecret(string id, CancellationToken cancellationToken)
    {
        var (space, app) = _tenants.Read(Request);
        return await _mediator.Send(new RotateWebhookSecret(space, app, id), cancellationToken) is { } secret
            ? new JsonAnswer<RotatedSecret>(
                StatusCodes.Status200OK, new RotatedSecret { Secret = secret }, KvJson.Answers.RotatedSecret)
            : NoSuchWebhook();
    }

    /// <summary>Send a webhook a test event</summary>
    /// <remarks>Once, and signed when it has a secret, whether or not the webhook is active.</remarks>
    /// <param name="id" example="7f0c6f0e-3f0a-4f43-9f0b-0d1f6f1d2c3b">The id.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    [HttpPost("{id}/ping")]
    [ProducesResponseType<PingAnswer>(StatusCodes.Status200OK, "application/json", Description = "What came of it, whatever that is.")]
    [ProducesProblem(StatusCodes.Status404NotFound, "There is no such webhook.", Error = Problems.WebhookNotFound)]
    public async Task<IActionResult> Ping(string id, CancellationToken cancellationToken)
    {
        var (space, app) = _tenants.Read(Request);
        return await _mediator.Send(new PingWebhook(space, app, id), cancellationToken) is { } attempt
            ? new JsonAnswer<PingAnswer>(StatusCodes.Status200OK, PingAnswer.Of(attempt), KvJson.Answers.PingAnswer)
            : NoSuchWebhook();
    }

    private static ObjectResult NoSuchWebhook() =>
        Problems.Of(StatusCodes.Status404NotFound, Problems.WebhookNotFound).ToResult();

    private static IActionResult Answer(WebhookDto? webhook) => webhook is null
        ? NoSuchWebhook()
        : new JsonAnswer<StoredWebhook>(StatusCodes.Status200OK, StoredWebhook.Of(webhook), KvJson.Answers.StoredWebhook);

    private async Task<IActionResult> List(string prefix, CancellationToken cancellationToken)
    {
        var (space, app) = _tenants.Read(Request);
        var webhooks = await _mediator.Send(new ListWebhooks(space, app, prefix), cancellationToken);
        return new JsonAnswer<IReadOnlyList<StoredWebhook>>(
            StatusCodes.Status200OK, [.. webhooks.Select(StoredWebhook.Of)], KvJson.Answers.IReadOnlyListStoredWebhook);
    }
}
