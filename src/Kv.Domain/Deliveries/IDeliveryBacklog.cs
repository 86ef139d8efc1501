namespace Kv.Domain.Deliveries;

/// <summary>The backlog of deliveries of this replica, for operators.</summary>
public interface IDeliveryBacklog
{
    /// <summary>The present backlog; null while another replica leads.</summary>
    DeliveryBacklog? Current { get; }
}

/// <summary>Deliveries that wait for their first or next attempt.</summary>
/// <param name="Waiting">The number of deliveries in memory.</param>
/// <param name="OldestSeenAt">
/// The time at which Kv read the oldest change in memory, to the second; null when memory holds no delivery.
/// </param>
/// <param name="MoreStored">Whether the store may hold further deliveries that are not in memory yet.</param>
public sealed record DeliveryBacklog(int Waiting, DateTimeOffset? OldestSeenAt, bool MoreStored)
{
    /// <summary>The age of the oldest change; zero for an empty backlog.</summary>
    public TimeSpan Age(DateTimeOffset now) => OldestSeenAt is { } seen && seen < now ? now - seen : TimeSpan.Zero;
}
