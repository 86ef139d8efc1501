using Kv.Domain.Idempotency;
using Kv.Domain.Storage;
using Kv.Domain.Tenants;

namespace Kv.Domain.Webhooks;

/// <summary>
/// The webhooks of the tenants. Every method throws <see cref="StoreUnavailableException"/> when the store cannot be
/// asked in time.
/// </summary>
public interface IWebhookRepository
{
    /// <summary>Adds a webhook, unless its tenant has as many as it may. The limit holds exactly, however many add at once.</summary>
    /// <param name="webhook">The webhook.</param>
    /// <param name="limit">How many a tenant may have.</param>
    /// <param name="cancellationToken">Gives up waiting. The webhook may be added all the same.</param>
    /// <returns>Whether it was added.</returns>
    Task<bool> Add(Webhook webhook, int limit, CancellationToken cancellationToken);

    /// <summary>Adds a webhook as <see cref="Add"/> does, unless the same request added one before.</summary>
    /// <returns>The id of the webhook that it added, now or before; null when its tenant has as many as it may.</returns>
    /// <exception cref="IdempotencyKeyReusedException">Another request was made under that name.</exception>
    Task<(Guid? Id, bool IsReplayed)> AddOnce(
        Webhook webhook, int limit, IdempotentRequest request, CancellationToken cancellationToken);

    /// <summary>Reads a webhook; null when its tenant has none of that id.</summary>
    Task<Webhook?> Get(Tenant tenant, Guid id, CancellationToken cancellationToken);

    /// <summary>Reads all webhooks of a tenant, in the order in which they were registered.</summary>
    Task<IReadOnlyList<Webhook>> List(Tenant tenant, CancellationToken cancellationToken);

    /// <summary>Saves a webhook that was read and changed, unless somebody else changed or deleted it meanwhile.</summary>
    /// <returns>Whether it was saved; if not, read it again.</returns>
    Task<bool> Update(Webhook webhook, CancellationToken cancellationToken);

    /// <summary>Deletes a webhook; nothing happens when there is none. What waits to be delivered to it is dropped.</summary>
    Task Delete(Tenant tenant, Guid id, CancellationToken cancellationToken);
}
