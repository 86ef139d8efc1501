using Kv.Domain.Webhooks;

namespace Kv.Domain.Deliveries;

/// <summary>
/// Reads the stored deliveries, pending or failed. Every method throws <see cref="StoreUnavailableException"/> when the
/// store does not answer in time.
/// </summary>
public interface IDeliveryReads
{
    /// <summary>Reads the deliveries of a webhook in revision order, without their values.</summary>
    /// <param name="after">The last delivery of the previous page; null for the first page.</param>
    /// <returns>The deliveries, and whether more follow.</returns>
    Task<(IReadOnlyList<Delivery> Deliveries, bool HasMore)> List(
        Tenant tenant, Guid webhookId, DeliveryStatus status, DeliveryId? after, int limit,
        CancellationToken cancellationToken);

    /// <summary>
    /// Reads the last accepted deliveries of a webhook, the latest first: at most
    /// <see cref="AcceptedDelivery.Kept"/>. The leader saves them about once a second.
    /// </summary>
    Task<IReadOnlyList<AcceptedDelivery>> ListAccepted(
        Tenant tenant, Guid webhookId, CancellationToken cancellationToken);

    /// <summary>Reads a delivery without its value; null when it does not exist (any longer).</summary>
    Task<Delivery?> Get(Tenant tenant, DeliveryId id, CancellationToken cancellationToken);

    /// <summary>Reads the store's information about the delivery of a change.</summary>
    Task<DeliveryTrail> Trail(Tenant tenant, DeliveryId id, CancellationToken cancellationToken);
}

/// <summary>
/// Changes the stored deliveries. Every method throws <see cref="StoreUnavailableException"/> when the store does not
/// answer in time.
/// </summary>
public interface IDeliveryRepository
{
    /// <summary>Makes a delivery due immediately.</summary>
    /// <returns>Whether the delivery existed.</returns>
    Task<bool> Redeliver(Tenant tenant, DeliveryId id, CancellationToken cancellationToken);

    /// <summary>
    /// Makes failed deliveries of a webhook due immediately, those of the earliest changes first, up to a limit of
    /// number and bytes.
    /// </summary>
    /// <returns>The number of deliveries, and whether more have failed.</returns>
    Task<(int Count, bool HasMore)> RedeliverFailed(
        Tenant tenant, Guid webhookId, CancellationToken cancellationToken);

    /// <summary>
    /// Creates a delivery for each change after a revision, up to now, that matches the webhook. The ids are the same
    /// as the first time.
    /// </summary>
    /// <returns>The number of deliveries.</returns>
    /// <exception cref="RevisionCompactedException">Changes that are due are no longer kept.</exception>
    /// <exception cref="RevisionInFutureException">The revision has not been reached.</exception>
    /// <exception cref="BacklogFullException">The replay exceeds the webhook's backlog limit.</exception>
    Task<long> Replay(Webhook webhook, long sinceRevision, CancellationToken cancellationToken);
}

/// <summary>The store's information about the delivery of a change.</summary>
/// <param name="Cursor">
/// The revision up to which the leader has sent or stored every delivery; null before the first leader has saved it.
/// </param>
/// <param name="Stored">The delivery, without its value; null when it is not stored.</param>
/// <param name="HeldBy">
/// The earliest pending delivery of the same key, if it precedes this one and is among the first pending ones.
/// </param>
/// <param name="Accepted">
/// Its entry in the log of accepted deliveries; null when it is stored or not in the log.
/// </param>
/// <param name="IsLogFull">Whether later entries may have displaced its entry from the log.</param>
public sealed record DeliveryTrail(
    long? Cursor, Delivery? Stored, Delivery? HeldBy, AcceptedDelivery? Accepted, bool IsLogFull);
