using Kv.Api.Access;
using Kv.Api.Answers;
using Kv.Api.Errors;
using Kv.Api.Http;
using Kv.Api.Idempotency;
using Kv.Api.Json;
using Kv.Api.OpenApi.Attributes;
using Kv.Api.Tenants;
using Kv.Application.Deliveries;
using Kv.Application.Webhooks;

namespace Kv.Api.Webhooks;

/// <summary>Webhooks: calls that Kv makes when keys change.</summary>
[ApiController]
[Route("webhooks")]
[Tags("Webhooks")]
[ProducesInvalidInput]
[ProducesStoreUnavailableForWrites]
public sealed class WebhooksController(IMediator mediator, TenantHeaders tenants, HeldBytes held)
    : TenantControllerBase(tenants)
{
    private const string ExampleId = "7f0c6f0e-3f0a-4f43-9f0b-0d1f6f1d2c3b";

    /// <summary>Register a webhook</summary>
    /// <remarks>The webhook receives changes from now on. `key`, `event` and `endpoint` are required.</remarks>
    [HttpPost(Name = "registerWebhook")]
    [RequestJson<RegisterWebhookBody>]
    [TakesIdempotencyKey]
    [ProducesKeyReused]
    [ProducesAnswer<RegisteredWebhook>("The webhook is registered.", StatusCode = StatusCodes.Status201Created)]
    [ProducesProblem(StatusCodes.Status409Conflict, "This namespace and app has reached the limit of webhooks.")]
    [ProducesBodyTooLarge]
    [ProducesNotJson]
    [ProducesStoreFull]
    public async Task<IActionResult> Register(CancellationToken cancellationToken)
    {
        var body = await Request.ReadBody<RegisterWebhookBody>();
        var registration = await mediator.Send(
            new RegisterWebhook(Namespace, AppName, body.ToInput(), Request.IdempotencyKey()), cancellationToken);
        if (registration.IsReplayed)
            Response.SetReplayed();
        return registration.Id is { } id
            ? JsonAnswer.Created(new RegisteredWebhook { Id = id })
            : Problems.Create(StatusCodes.Status409Conflict, $"Too many webhooks (max {registration.Limit})")
                .ToResult();
    }

    /// <summary>List the webhooks</summary>
    /// <remarks>All webhooks of this namespace and app, in the order of registration.</remarks>
    [HttpGet(Name = "listWebhooks")]
    [Costly]
    [ProducesAnswer<IReadOnlyList<StoredWebhook>>("The webhooks; an empty array without webhooks.")]
    public Task<IActionResult> List(CancellationToken cancellationToken) => List("", cancellationToken);

    /// <summary>Get a webhook, or all webhooks whose key has a prefix</summary>
    /// <remarks>An id that ends in `*` is a prefix of keys: the answer is an array, which may be empty.</remarks>
    [HttpGet("{**id}", Name = "getWebhook")]
    [RequestPath("id", "The id; or a prefix of keys, percent-encoded, followed by `*`.", Example = ExampleId)]
    [Costly(ExceptForOneKey = true)]
    [ProducesAnswer<StoredWebhook>("The webhook; for a prefix, an array of webhooks.")]
    [ProducesWebhookNotFound]
    public async Task<IActionResult> Get(CancellationToken cancellationToken)
    {
        var id = Request.PathKey("id");
        if (id.EndsWith(Key.Wildcard))
            return await List(id[..^1], cancellationToken);
        var webhook = await mediator.Send(new GetWebhook(Namespace, AppName, id), cancellationToken);
        if (webhook is not null)
            await held.TakeIfLarge(Request, SizeOf(webhook), cancellationToken);
        return Answer(webhook);
    }

    /// <summary>Change a webhook</summary>
    /// <remarks>
    /// Absent members keep their settings. An answer can be edited and sent back: masked values keep the stored ones. A
    /// change to another origin (scheme, host or port) removes the secret and the headers with hidden values: send them
    /// again. A caller that changes the endpoint or enables a disabled webhook becomes its `registered_by`.
    /// </remarks>
    [HttpPut("{**id}", Name = "updateWebhook")]
    [RequestPath("id", "The id.", Example = ExampleId)]
    [RequestJson<UpdateWebhookBody>(Description = "The settings to change.")]
    [ProducesAnswer<StoredWebhook>("The whole webhook after the change.")]
    [ProducesWebhookNotFound]
    [ProducesBodyTooLarge]
    [ProducesNotJson]
    [ProducesStoreFull]
    public async Task<IActionResult> Update(CancellationToken cancellationToken)
    {
        var body = await Request.ReadBody<UpdateWebhookBody>();
        var update = new UpdateWebhook(Namespace, AppName, Request.PathKey("id"), body.ToInput());
        return Answer(await mediator.Send(update, cancellationToken));
    }

    /// <summary>Delete a webhook</summary>
    /// <remarks>
    /// Drops the pending deliveries of the webhook. The answer is the same when the webhook did not exist.
    /// </remarks>
    [HttpDelete("{**id}", Name = "deleteWebhook")]
    [RequestPath("id", "The id.", Example = ExampleId)]
    [ProducesAnswer("The webhook does not exist (any longer).", StatusCode = StatusCodes.Status204NoContent)]
    public async Task<IActionResult> Delete(CancellationToken cancellationToken)
    {
        await mediator.Send(new DeleteWebhook(Namespace, AppName, Request.PathKey("id")), cancellationToken);
        return NoContent();
    }

    /// <summary>Rotate a webhook's secret</summary>
    /// <remarks>The previous secret, if any, also signs for another day.</remarks>
    /// <param name="id" example="7f0c6f0e-3f0a-4f43-9f0b-0d1f6f1d2c3b">The id.</param>
    [HttpPost("{id}/rotate-secret", Name = "rotateWebhookSecret")]
    [ProducesAnswer<RotatedSecret>("The new secret. Only this answer contains it.")]
    [ProducesWebhookNotFound]
    [ProducesStoreFull]
    public async Task<IActionResult> RotateSecret(string id, CancellationToken cancellationToken)
    {
        return await mediator.Send(new RotateWebhookSecret(Namespace, AppName, id), cancellationToken) is { } secret
            ? JsonAnswer.Ok(new RotatedSecret { Secret = secret })
            : Problems.NotFound(Problems.WebhookNotFound);
    }

    /// <summary>Send a test event to a webhook</summary>
    /// <remarks>
    /// Makes one attempt, signed when the webhook has a secret, whether or not the webhook is active.
    /// </remarks>
    /// <param name="id" example="7f0c6f0e-3f0a-4f43-9f0b-0d1f6f1d2c3b">The id.</param>
    [HttpPost("{id}/ping", Name = "pingWebhook")]
    [LongLived]
    [ProducesAnswer<PingAnswer>("The result of the attempt, accepted or not.")]
    [ProducesWebhookNotFound]
    public async Task<IActionResult> Ping(string id, CancellationToken cancellationToken)
    {
        return await mediator.Send(new PingWebhook(Namespace, AppName, id), cancellationToken) is { } attempt
            ? JsonAnswer.Ok(PingAnswer.From(attempt))
            : Problems.NotFound(Problems.WebhookNotFound);
    }

    private static IActionResult Answer(WebhookDto? webhook) => webhook is null
        ? Problems.NotFound(Problems.WebhookNotFound)
        : JsonAnswer.Ok(StoredWebhook.From(webhook));

    private static long SizeOf(WebhookDto webhook) => webhook.Payload.Length
        + webhook.Headers.Sum(header => (long)header.Key.Length + header.Value.Length);

    private async Task<IActionResult> List(string prefix, CancellationToken cancellationToken)
    {
        var webhooks = await mediator.Send(new ListWebhooks(Namespace, AppName, prefix), cancellationToken);
        await held.TakeIfLarge(Request, webhooks.Sum(SizeOf), cancellationToken);
        return new StreamedAnswer<StoredWebhook>(
            webhooks.Select(StoredWebhook.From), StreamFrame.Array);
    }
}
