namespace Kv.Domain.Watching;

/// <summary>How this replica's part in watching for changes stands, for an operator.</summary>
public interface IWatcherStatus
{
    /// <summary>Whether this replica is the one that watches and calls webhooks.</summary>
    bool IsLeader { get; }

    /// <summary>The revision up to which everything is delivered or stored for another attempt; 0 where another replica leads.</summary>
    long SettledRevision { get; }

    /// <summary>How far the watch is behind what this replica itself wrote; null where another replica leads.</summary>
    WatcherLag? Lag { get; }

    /// <summary>The last revisions of which changes were lost, because the store forgot them before they were read; null when none were.</summary>
    LostRevisions? Lost { get; }
}

/// <summary>How far the watch is behind.</summary>
/// <param name="Revisions">From the last revision that the watch has told to the last one that was written.</param>
/// <param name="Time">Since the oldest change was written that the watch has not told yet; zero when there is none.</param>
public sealed record WatcherLag(long Revisions, TimeSpan Time);

/// <summary>Revisions that the store forgot before their changes were read.</summary>
/// <param name="After">The last revision before them.</param>
/// <param name="Through">The last of them.</param>
/// <param name="NoticedAt">When that was noticed.</param>
public sealed record LostRevisions(long After, long Through, DateTimeOffset NoticedAt);
