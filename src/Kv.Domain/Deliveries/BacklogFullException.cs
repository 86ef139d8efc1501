namespace Kv.Domain.Deliveries;

/// <summary>
/// A replay exceeds the webhook's backlog limit. The changes up to <c>since</c> are stored as deliveries.
/// </summary>
/// <param name="replayed">The number of changes that the replay stored.</param>
/// <param name="since">The revision after which the next replay must begin.</param>
public sealed class BacklogFullException(long replayed, long since) : Exception(
    $"The webhook's backlog or its tenant's quota is full after {replayed} changes; replay again since {since} when "
    + "they are delivered.");
