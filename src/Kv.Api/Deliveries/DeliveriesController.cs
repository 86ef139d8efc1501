using Kv.Api.Errors;
using Kv.Api.Json;
using Kv.Api.OpenApi;
using Kv.Api.Tenants;
using Kv.Api.Webhooks;
using Kv.Application.Deliveries;
using MediatR;
using Microsoft.AspNetCore.Mvc;

namespace Kv.Api.Deliveries;

/// <summary>What could not be delivered to webhooks at once, or at all.</summary>
[ApiController]
[Tags("Deliveries")]
[ProducesProblem(StatusCodes.Status400BadRequest, "Something in the request is wrong; `errors` names the field and the limit.")]
[ProducesProblem(StatusCodes.Status503ServiceUnavailable, "The store cannot be reached. `KV-Outcome: unknown` says that a write may have happened.")]
public sealed class DeliveriesController : ControllerBase
{
    private readonly IMediator _mediator;
    private readonly TenantHeaders _tenants;

    /// <summary>Made by the framework for each request.</summary>
    public DeliveriesController(IMediator mediator, TenantHeaders tenants)
    {
        _mediator = mediator;
        _tenants = tenants;
    }

    /// <summary>List a webhook's deliveries that wait or have failed</summary>
    /// <remarks>In the order in which what they tell of happened. What was accepted at its first attempt never shows.</remarks>
    /// <param name="id" example="7f0c6f0e-3f0a-4f43-9f0b-0d1f6f1d2c3b">The webhook's id.</param>
    /// <param name="cursor">Where the page before said that it goes on.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    /// <param name="status" example="failed">`pending` or `failed`.</param>
    /// <param name="limit" example="50">How many at most, 1 to 100.</param>
    [HttpGet("webhooks/{id}/deliveries")]
    [ProducesResponseType<DeliveryListing>(StatusCodes.Status200OK, "application/json", Description = "A page of deliveries.")]
    [ProducesProblem(StatusCodes.Status404NotFound, "There is no such webhook.", Error = Problems.WebhookNotFound)]
    public async Task<IActionResult> List(
        string id, string? cursor, CancellationToken cancellationToken, string status = "failed", int limit = 50)
    {
        var (space, app) = _tenants.Read(Request);
        var page = await _mediator.Send(new ListDeliveries(space, app, id, status, cursor, limit), cancellationToken);
        return page is null
            ? NotFound(Problems.WebhookNotFound)
            : new JsonAnswer<DeliveryListing>(StatusCodes.Status200OK, DeliveryListing.Of(page), KvJson.Answers.DeliveryListing);
    }

    /// <summary>Tell a webhook again of what happened after a revision</summary>
    /// <remarks>Of each change since that it asks for, under the ids that the messages had the first time.</remarks>
    /// <param name="id" example="7f0c6f0e-3f0a-4f43-9f0b-0d1f6f1d2c3b">The webhook's id.</param>
    /// <param name="body">From where on.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    [HttpPost("webhooks/{id}/replay")]
    [ProducesResponseType<ReplayAnswer>(StatusCodes.Status202Accepted, "application/json", Description = "They are on their way.")]
    [ProducesProblem(StatusCodes.Status404NotFound, "There is no such webhook.", Error = Problems.WebhookNotFound)]
    [ProducesProblem(StatusCodes.Status410Gone, "The store no longer keeps what happened after this revision.")]
    [ProducesProblem(StatusCodes.Status413PayloadTooLarge, "The body is larger than any value could need.")]
    [ProducesProblem(StatusCodes.Status415UnsupportedMediaType, "The body is not `application/json`.")]
    [ProducesProblem(StatusCodes.Status507InsufficientStorage, "The store has no room. Reads go on.")]
    public async Task<IActionResult> Replay(string id, ReplayBody body, CancellationToken cancellationToken)
    {
        var (space, app) = _tenants.Read(Request);
        return await _mediator.Send(new ReplayWebhook(space, app, id, body.Since), cancellationToken) is { } count
            ? new JsonAnswer<ReplayAnswer>(
                StatusCodes.Status202Accepted, new ReplayAnswer { Replayed = count }, KvJson.Answers.ReplayAnswer)
            : NotFound(Problems.WebhookNotFound);
    }

    /// <summary>Get a delivery that waits or has failed</summary>
    /// <param name="id" example="msg_7f0c6f0e3f0a4f439f0b0d1f6f1d2c3b_42_0123456789abcdef">The delivery's id.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    [HttpGet("deliveries/{id}")]
    [ProducesResponseType<StoredDelivery>(StatusCodes.Status200OK, "application/json", Description = "The delivery.")]
    [ProducesProblem(StatusCodes.Status404NotFound, "There is no such delivery (any more).", Error = Problems.DeliveryNotFound)]
    public async Task<IActionResult> Get(string id, CancellationToken cancellationToken)
    {
        var (space, app) = _tenants.Read(Request);
        return await _mediator.Send(new GetDelivery(space, app, id), cancellationToken) is { } delivery
            ? new JsonAnswer<StoredDelivery>(StatusCodes.Status200OK, StoredDelivery.Of(delivery), KvJson.Answers.StoredDelivery)
            : NotFound(Problems.DeliveryNotFound);
    }

    /// <summary>Make a delivery that waits or has failed due at once</summary>
    /// <param name="id" example="msg_7f0c6f0e3f0a4f439f0b0d1f6f1d2c3b_42_0123456789abcdef">The delivery's id.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    [HttpPost("deliveries/{id}/redeliver")]
    [ProducesResponseType(StatusCodes.Status202Accepted, Description = "It is on its way.")]
    [ProducesProblem(StatusCodes.Status404NotFound, "There is no such delivery (any more).", Error = Problems.DeliveryNotFound)]
    [ProducesProblem(StatusCodes.Status507InsufficientStorage, "The store has no room. Reads go on.")]
    public async Task<IActionResult> Redeliver(string id, CancellationToken cancellationToken)
    {
        var (space, app) = _tenants.Read(Request);
        return await _mediator.Send(new RedeliverDelivery(space, app, id), cancellationToken)
            ? Accepted()
            : NotFound(Problems.DeliveryNotFound);
    }

    private static ObjectResult NotFound(string error) => Problems.Of(StatusCodes.Status404NotFound, error).ToResult();
}
