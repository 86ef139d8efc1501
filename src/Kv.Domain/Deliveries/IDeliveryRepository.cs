using Kv.Domain.Storage;
using Kv.Domain.Tenants;
using Kv.Domain.Webhooks;

namespace Kv.Domain.Deliveries;

/// <summary>
/// The deliveries that wait or have failed. Every method throws <see cref="StoreUnavailableException"/> when the store
/// cannot be asked in time.
/// </summary>
public interface IDeliveryRepository
{
    /// <summary>Reads the deliveries of a webhook in the order of their revisions, without the values that they tell of.</summary>
    /// <param name="tenant">Whose webhook it is.</param>
    /// <param name="webhookId">The webhook.</param>
    /// <param name="status">Which ones.</param>
    /// <param name="after">Only those after this one; null for the first page.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The deliveries, and whether there are more after them.</returns>
    Task<(IReadOnlyList<Delivery> Deliveries, bool HasMore)> List(
        Tenant tenant, Guid webhookId, DeliveryStatus status, DeliveryId? after, int limit, CancellationToken cancellationToken);

    /// <summary>Reads a delivery, without the value that it tells of; null when there is none (any more).</summary>
    Task<Delivery?> Get(Tenant tenant, DeliveryId id, CancellationToken cancellationToken);

    /// <summary>Makes a delivery due at once.</summary>
    /// <returns>Whether there was one.</returns>
    Task<bool> Redeliver(Tenant tenant, DeliveryId id, CancellationToken cancellationToken);

    /// <summary>
    /// Makes a delivery of each change after a revision, up to now, that the webhook asks for, under the ids that they
    /// had the first time.
    /// </summary>
    /// <returns>How many there were.</returns>
    /// <exception cref="RevisionCompactedException">Changes that are due are no longer kept.</exception>
    /// <exception cref="RevisionInFutureException">The revision has not been reached.</exception>
    Task<long> Replay(Webhook webhook, long sinceRevision, CancellationToken cancellationToken);
}
