using Kv.Domain.Idempotency;

namespace Kv.Domain.Webhooks;

/// <summary>
/// The webhooks of the tenants. Every method throws <see cref="StoreUnavailableException"/> when the store does not
/// answer in time.
/// </summary>
public interface IWebhookRepository
{
    /// <summary>
    /// Adds a webhook unless its tenant has reached the limit, or the same idempotent request has already added one.
    /// Concurrent calls cannot exceed the limit.
    /// </summary>
    /// <param name="limit">The limit of webhooks per tenant.</param>
    /// <param name="request">The idempotency key of the request; null for none.</param>
    /// <param name="cancellationToken">Stops waiting. The webhook may still be added.</param>
    /// <exception cref="IdempotencyKeyReusedException">
    /// The idempotency key was used for a different request.
    /// </exception>
    Task<AddedWebhook> Add(
        Webhook webhook, int limit, IdempotentRequest? request, CancellationToken cancellationToken);

    /// <summary>Reads a webhook; null when the tenant has no webhook with the id.</summary>
    Task<Webhook?> Get(Tenant tenant, Guid id, CancellationToken cancellationToken);

    /// <summary>Reads all webhooks of a tenant, in the order of registration.</summary>
    Task<IReadOnlyList<Webhook>> List(Tenant tenant, CancellationToken cancellationToken);

    /// <summary>Reads the webhooks of all tenants at one revision.</summary>
    IAsyncEnumerable<Webhook> ListAll(CancellationToken cancellationToken);

    /// <summary>Saves a webhook, unless another caller changed or deleted it since it was read.</summary>
    /// <returns>Whether it was saved. If not, read it again.</returns>
    Task<bool> Update(Webhook webhook, CancellationToken cancellationToken);

    /// <summary>
    /// Deletes a webhook and drops its pending deliveries. Deleting a webhook that does not exist changes nothing.
    /// </summary>
    Task Delete(Tenant tenant, Guid id, CancellationToken cancellationToken);
}

/// <summary>The result of adding a webhook.</summary>
/// <param name="Id">The id of the webhook; null when the tenant has reached the limit.</param>
/// <param name="Revision">The store's revision of the addition; 0 without one.</param>
/// <param name="IsReplayed">Whether an earlier execution of the same request has added it.</param>
public readonly record struct AddedWebhook(Guid? Id, long Revision = 0, bool IsReplayed = false);
