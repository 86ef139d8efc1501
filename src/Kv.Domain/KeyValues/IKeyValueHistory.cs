namespace Kv.Domain.KeyValues;

/// <summary>The history of a key, as far back as the store keeps revisions.</summary>
public interface IKeyValueHistory
{
    /// <summary>Reads the newest changes of a key, or the changes before a revision.</summary>
    /// <param name="before">Only changes before this revision; null for the newest.</param>
    /// <param name="limit">The maximum number. The result has fewer where values are large.</param>
    /// <exception cref="RevisionInFutureException">The store has not reached that revision.</exception>
    /// <exception cref="StoreUnavailableException">The store does not answer in time.</exception>
    Task<KeyHistory> Read(Tenant tenant, Key key, long? before, int limit, CancellationToken cancellationToken);
}

/// <summary>A part of a key's history.</summary>
/// <param name="Changes">The changes, newest first.</param>
/// <param name="OldestRevision">The oldest revision that the store keeps, if the read reached it; otherwise 0.</param>
/// <param name="Before">The revision before which older changes may exist; null when the history is complete.</param>
public sealed record KeyHistory(IReadOnlyList<HistoryEntry> Changes, long OldestRevision, long? Before);

/// <summary>A past change of a key.</summary>
/// <param name="Revision">The revision of the change.</param>
/// <param name="Value">The value that was written, byte for byte; null for a deletion or an expiry.</param>
/// <param name="ExpireAt">The expiry that was set, in Unix seconds; null for no expiry.</param>
public sealed record HistoryEntry(KeyChangeKind Kind, long Revision, ReadOnlyMemory<byte>? Value, long? ExpireAt);
