using Kv.Api.Access;
using Kv.Api.Answers;
using Kv.Api.Errors;
using Kv.Api.Json;
using Kv.Api.KeyValues;
using Kv.Api.OpenApi.Attributes;
using Kv.Api.Tenants;
using Kv.Api.Webhooks;
using Kv.Application.Deliveries;

namespace Kv.Api.Deliveries;

/// <summary>The stored deliveries of webhooks.</summary>
[ApiController]
[Tags("Deliveries")]
[ProducesInvalidInput]
[ProducesStoreUnavailableForWrites]
public sealed class DeliveriesController(IMediator mediator, TenantHeaders tenants, HeldBytes held, CopyTurns turns)
    : TenantControllerBase(tenants)
{
    /// <summary>List a webhook's pending, failed or last delivered deliveries</summary>
    /// <remarks>
    /// Pending and failed deliveries are in the order of the changes. Delivered ones are a log of the last 100 that the
    /// receiver accepted, the latest first, in one page. The leader saves it about once a second; entries that are not
    /// saved yet are lost when it crashes.
    /// </remarks>
    /// <param name="id" example="7f0c6f0e-3f0a-4f43-9f0b-0d1f6f1d2c3b">The webhook's id.</param>
    /// <param name="cursor">The cursor of the previous page.</param>
    /// <param name="status" example="failed">`pending`, `failed` or `delivered`.</param>
    /// <param name="limit" example="50">The maximum number of deliveries, 1 to 100.</param>
    [HttpGet("webhooks/{id}/deliveries", Name = "listDeliveries")]
    [Costly]
    [ProducesAnswer<DeliveryListing>("A page of deliveries.")]
    [ProducesWebhookNotFound]
    public async Task<IActionResult> List(
        string id, string? cursor, CancellationToken cancellationToken,
        [OneOf("pending", "failed", "delivered")] string status = "failed", int limit = 50)
    {
        var page = await mediator.Send(
            new ListDeliveries(Namespace, AppName, id, status, cursor, limit), cancellationToken);
        if (page is null)
            return Problems.NotFound(Problems.WebhookNotFound);
        await held.TakeIfLarge(
            Request,
            page.Items.Sum(delivery => delivery.Key.Length
                + delivery.Attempts.Sum(attempt => (long)attempt.Answer.Length + (attempt.Error?.Length ?? 0))),
            cancellationToken);
        return new StreamedAnswer<StoredDelivery>(
            page.Items.Select(StoredDelivery.From),
            StreamFrame.In(new DeliveryListing { Items = [], Cursor = page.Cursor }, "items"));
    }

    /// <summary>Explain why a key's last change has not arrived</summary>
    /// <remarks>
    /// One verdict with its reason and its remedy, from what the store knows of the key's last change, the webhook and
    /// the delivery. For a deleted key Kv searches the latest revisions for its deletion; the number of concurrent
    /// searches is limited (503).
    /// </remarks>
    /// <param name="id" example="7f0c6f0e-3f0a-4f43-9f0b-0d1f6f1d2c3b">The webhook's id.</param>
    /// <param name="key" example="user:42">The key. It is required.</param>
    [HttpGet("webhooks/{id}/explain", Name = "explainDelivery")]
    [Costly]
    [LongLived]
    [ProducesAnswer<ExplanationAnswer>("The verdict.")]
    [ProducesWebhookNotFound]
    public async Task<IActionResult> Explain(string id, string? key, CancellationToken cancellationToken)
    {
        var explained = await mediator.Send(
            new ExplainDelivery(Namespace, AppName, id, key ?? ""), cancellationToken);
        return explained is not null
            ? JsonAnswer.Ok(ExplanationAnswer.From(explained))
            : Problems.NotFound(Problems.WebhookNotFound);
    }

    /// <summary>Attempt a webhook's failed deliveries immediately</summary>
    /// <remarks>
    /// Begins with the earliest changes, and ends after 500 deliveries or 8 MiB of values: repeat the call while `more`
    /// is true. Deliveries that fail again keep their place and have all attempts again.
    /// </remarks>
    /// <param name="id" example="7f0c6f0e-3f0a-4f43-9f0b-0d1f6f1d2c3b">The webhook's id.</param>
    [HttpPost("webhooks/{id}/redeliver-failed", Name = "redeliverFailed")]
    [Costly]
    [LongLived]
    [ProducesAnswer<RedeliverFailedAnswer>("The attempts are scheduled.", StatusCode = StatusCodes.Status202Accepted)]
    [ProducesWebhookNotFound]
    [ProducesProblem(
        StatusCodes.Status409Conflict, "The webhook is disabled: enable it first.", Error = Problems.WebhookDisabled)]
    [ProducesStoreFull]
    public async Task<IActionResult> RedeliverFailed(string id, CancellationToken cancellationToken)
    {
        using var turn = await turns.Take(Request, cancellationToken, CopyTurns.AtOnce);
        return await mediator.Send(new RedeliverFailed(Namespace, AppName, id), cancellationToken) is { } redelivered
            ? JsonAnswer.Accepted(new RedeliverFailedAnswer { Count = redelivered.Count, More = redelivered.HasMore })
            : Problems.NotFound(Problems.WebhookNotFound);
    }

    /// <summary>Replay changes to a webhook</summary>
    /// <remarks>
    /// Sends a message for each change after a revision that matches the webhook. The message ids are the same as the
    /// first time.
    /// </remarks>
    /// <param name="id" example="7f0c6f0e-3f0a-4f43-9f0b-0d1f6f1d2c3b">The webhook's id.</param>
    [HttpPost("webhooks/{id}/replay", Name = "replayWebhook")]
    [RequestJson<ReplayBody>(Description = "The revision to begin after.")]
    [Costly]
    [LongLived]
    [ProducesAnswer<ReplayAnswer>("The messages are scheduled.", StatusCode = StatusCodes.Status202Accepted)]
    [ProducesWebhookNotFound]
    [ProducesProblem(
        StatusCodes.Status409Conflict, "Another replay of this webhook is in progress.",
        Error = Problems.ReplayInProgress)]
    [ProducesProblem(StatusCodes.Status410Gone, "The store no longer keeps the changes after this revision.")]
    [ProducesBodyTooLarge]
    [ProducesNotJson]
    [ProducesStoreFull]
    public async Task<IActionResult> Replay(string id, CancellationToken cancellationToken)
    {
        var body = await Request.ReadBody<ReplayBody>();
        var replay = new ReplayWebhook(Namespace, AppName, id, body.Since);
        return await mediator.Send(replay, cancellationToken) is { } count
            ? JsonAnswer.Accepted(new ReplayAnswer { Replayed = count })
            : Problems.NotFound(Problems.WebhookNotFound);
    }

    /// <summary>Get a pending or failed delivery</summary>
    /// <param name="id" example="msg_7f0c6f0e3f0a4f439f0b0d1f6f1d2c3b_42_0123456789abcdef">The delivery's id.</param>
    [HttpGet("deliveries/{id}", Name = "getDelivery")]
    [ProducesAnswer<StoredDelivery>("The delivery.")]
    [ProducesProblem(
        StatusCodes.Status404NotFound, "The delivery does not exist (any longer).", Error = Problems.DeliveryNotFound)]
    public async Task<IActionResult> Get(string id, CancellationToken cancellationToken)
    {
        return await mediator.Send(new GetDelivery(Namespace, AppName, id), cancellationToken) is { } delivery
            ? JsonAnswer.Ok(StoredDelivery.From(delivery))
            : Problems.NotFound(Problems.DeliveryNotFound);
    }

    /// <summary>Attempt a pending or failed delivery immediately</summary>
    /// <param name="id" example="msg_7f0c6f0e3f0a4f439f0b0d1f6f1d2c3b_42_0123456789abcdef">The delivery's id.</param>
    [HttpPost("deliveries/{id}/redeliver", Name = "redeliverDelivery")]
    [ProducesAnswer("The attempt is scheduled.", StatusCode = StatusCodes.Status202Accepted)]
    [ProducesProblem(
        StatusCodes.Status404NotFound, "The delivery does not exist (any longer).", Error = Problems.DeliveryNotFound)]
    [ProducesStoreFull]
    public async Task<IActionResult> Redeliver(string id, CancellationToken cancellationToken)
    {
        using var turn = await turns.Take(Request, cancellationToken);
        return await mediator.Send(new RedeliverDelivery(Namespace, AppName, id), cancellationToken)
            ? Accepted()
            : Problems.NotFound(Problems.DeliveryNotFound);
    }
}
