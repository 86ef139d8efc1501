using Kv.Domain.KeyValues;

namespace Kv.Domain.Watching;

/// <summary>Delivers the changes of a tenant's keys to watches as they happen.</summary>
public interface IKeyChangeFeed
{
    /// <summary>
    /// Opens a watch. It delivers every change that is written after this call returns. While the process stops, the
    /// watch ends immediately; the reader continues on another replica.
    /// </summary>
    /// <param name="since">The revision after which the watch begins; null for now.</param>
    /// <exception cref="RevisionCompactedException">Changes that are due are no longer kept.</exception>
    /// <exception cref="RevisionInFutureException">The store has not reached the revision.</exception>
    /// <exception cref="StoreUnavailableException">The store does not answer in time.</exception>
    /// <exception cref="TooManyWatchesException">The tenant has too many open watches.</exception>
    Task<IKeyChangeWatch> Open(Tenant tenant, KeyPattern pattern, long? since, CancellationToken cancellationToken);
}

/// <summary>An open watch. Disposing it closes the watch. It is not safe for concurrent use.</summary>
public interface IKeyChangeWatch : IAsyncDisposable
{
    /// <summary>
    /// The revision up to which everything was delivered: a new watch that begins after it misses nothing.
    /// </summary>
    long Position { get; }

    /// <summary>
    /// Completes when the watch ends: its reader is too slow, the store has compacted changes that were due, or the
    /// process stops.
    /// </summary>
    Task CutOff { get; }

    /// <summary>Waits for the next changes: all matching changes of one revision.</summary>
    /// <returns>
    /// The changes. An empty set reports that nothing changed during the wait and that everything up to its revision
    /// was delivered. Null when the watch has ended; a new watch after <see cref="Position"/> continues it.
    /// </returns>
    /// <exception cref="RevisionCompactedException">Changes that are due are no longer kept.</exception>
    /// <exception cref="StoreUnavailableException">The store cannot deliver missed changes, or is closed.</exception>
    ValueTask<KeyChangeSet?> Next(TimeSpan patience, CancellationToken cancellationToken);
}

/// <summary>The changes of one revision.</summary>
/// <param name="Changes">The changes, in the byte order of the keys.</param>
public sealed record KeyChangeSet(long Revision, IReadOnlyList<KeyChanged> Changes)
{
    /// <summary>The changes of a tenant's keys that match a pattern.</summary>
    public KeyChangeSet Matching(Tenant tenant, KeyPattern pattern) => this with
    {
        Changes = [.. Changes.Where(change => change.Tenant == tenant && pattern.Matches(change.Key.Value))],
    };
}
