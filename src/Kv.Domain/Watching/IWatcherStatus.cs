namespace Kv.Domain.Watching;

/// <summary>The state of the watcher on this replica, for operators.</summary>
public interface IWatcherStatus
{
    /// <summary>Whether this replica leads: it watches the store and calls webhooks.</summary>
    bool IsLeader { get; }

    /// <summary>
    /// The revision up to which every change is delivered or stored for another attempt; 0 on replicas that do not
    /// lead.
    /// </summary>
    long SettledRevision { get; }

    /// <summary>The watch's lag behind this replica's own writes; null on replicas that do not lead.</summary>
    WatcherLag? Lag { get; }

    /// <summary>
    /// The most recent revisions whose changes were lost, because the store compacted them before they were read; null
    /// when no change was lost.
    /// </summary>
    LostRevisions? Lost { get; }

    /// <summary>
    /// A lower bound of this replica's clock difference to the leader; negative when it is behind. Null on the leader,
    /// and while unknown.
    /// </summary>
    TimeSpan? ClockDifference { get; }
}

/// <summary>The lag of the watch.</summary>
/// <param name="Revisions">
/// The difference between the last written revision and the last one that the watch delivered.
/// </param>
/// <param name="Time">
/// The age of the oldest change that the watch has not delivered; zero without such a change.
/// </param>
public sealed record WatcherLag(long Revisions, TimeSpan Time);

/// <summary>Revisions that the store compacted before their changes were read.</summary>
/// <param name="After">The last revision before them.</param>
/// <param name="Through">The last of them.</param>
/// <param name="NoticedAt">The time of detection.</param>
public sealed record LostRevisions(long After, long Through, DateTimeOffset NoticedAt);
