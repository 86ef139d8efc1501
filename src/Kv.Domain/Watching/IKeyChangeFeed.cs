using Kv.Domain.Storage;
using Kv.Domain.Tenants;
using Kv.Domain.Webhooks;

namespace Kv.Domain.Watching;

/// <summary>Tells whoever asks what happens to a tenant's keys, as it happens.</summary>
public interface IKeyChangeFeed
{
    /// <summary>How many watches are open.</summary>
    int Watches { get; }

    /// <summary>Whether the store is watched: while there are watches, and for a while after the last of them.</summary>
    bool IsWatching { get; }

    /// <summary>
    /// Opens a watch. What is written once it is open is told. While the process stops, it is over at once: its reader goes on
    /// elsewhere.
    /// </summary>
    /// <param name="tenant">Whose keys.</param>
    /// <param name="pattern">Which of them.</param>
    /// <param name="since">The revision after which to begin; null for now.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RevisionCompactedException">Changes that are due are no longer kept.</exception>
    /// <exception cref="RevisionInFutureException">The store has not reached that revision.</exception>
    /// <exception cref="StoreUnavailableException">The store cannot be asked in time.</exception>
    Task<IKeyChangeWatch> Open(Tenant tenant, KeyPattern pattern, long? since, CancellationToken cancellationToken);
}

/// <summary>A watch that is open. Disposing of it closes it. One caller uses it at a time.</summary>
public interface IKeyChangeWatch : IAsyncDisposable
{
    /// <summary>The revision up to which everything was told: a watch that begins after it misses nothing.</summary>
    long Position { get; }

    /// <summary>
    /// Completes when the watch is over: its reader is too slow, the store has forgotten what was due, or the process stops.
    /// </summary>
    Task CutOff { get; }

    /// <summary>Waits for the next changes: all that the watch is about at one revision.</summary>
    /// <param name="patience">How long to wait.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>
    /// The changes. Without any, there were none for so long, and everything up to its revision was told. Null when the watch
    /// is over; one that begins after <see cref="Position"/> goes on with it.
    /// </returns>
    /// <exception cref="RevisionCompactedException">Changes that are due are no longer kept.</exception>
    /// <exception cref="StoreUnavailableException">The store cannot tell what was missed, or is closed.</exception>
    ValueTask<KeyChangeSet?> Next(TimeSpan patience, CancellationToken cancellationToken);
}

/// <summary>What happened to keys at one revision.</summary>
/// <param name="Revision">The revision of the store.</param>
/// <param name="Changes">What happened, in the byte order of the keys.</param>
public sealed record KeyChangeSet(long Revision, IReadOnlyList<KeyChanged> Changes);
