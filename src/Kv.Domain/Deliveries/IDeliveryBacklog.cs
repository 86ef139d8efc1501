namespace Kv.Domain.Deliveries;

/// <summary>What waits to be delivered by this replica, for an operator.</summary>
public interface IDeliveryBacklog
{
    /// <summary>What waits now; null where another replica calls webhooks.</summary>
    DeliveryBacklog? Current { get; }
}

/// <summary>Deliveries that wait, for their turn or for another attempt.</summary>
/// <param name="Waiting">How many, in memory; those stored beyond it are read when there is room.</param>
/// <param name="OldestSeenAt">When the oldest of their changes was seen, to the second; null when none waits.</param>
public sealed record DeliveryBacklog(int Waiting, DateTimeOffset? OldestSeenAt)
{
    /// <summary>How old the oldest of their changes is; zero when none waits.</summary>
    public TimeSpan Age(DateTimeOffset now) => OldestSeenAt is { } seen && seen < now ? now - seen : TimeSpan.Zero;
}
