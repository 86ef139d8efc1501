namespace Kv.Domain.Storage;

/// <summary>What the store could not do. Each kind is a class of its own.</summary>
public abstract class StoreException(string message, Exception? inner) : Exception(message, inner);

/// <summary>The store cannot be reached, or did not answer in time.</summary>
/// <param name="message">What was tried.</param>
/// <param name="outcomeUnknown">Whether a write may have happened all the same: it was sent, and no answer came back.</param>
/// <param name="inner">The engine's own error.</param>
public sealed class StoreUnavailableException(string message, bool outcomeUnknown = false, Exception? inner = null)
    : StoreException(message, inner)
{
    /// <summary>Whether a write may have happened all the same. Kv never repeats such a write by itself.</summary>
    public bool OutcomeUnknown { get; } = outcomeUnknown;
}

/// <summary>The store has no room for another write. Reads go on; on etcd, deletes do as well.</summary>
public sealed class StoreOutOfSpaceException(string message, Exception? inner = null) : StoreException(message, inner);

/// <summary>The store refuses this request as it is (too large, say); repeating it cannot help.</summary>
public sealed class StoreRejectedException(string message, Exception? inner = null) : StoreException(message, inner);

/// <summary>A revision was asked for that the store no longer keeps.</summary>
/// <param name="compactRevision">The oldest revision that can still be read.</param>
/// <param name="inner">The engine's own error.</param>
public sealed class RevisionCompactedException(long compactRevision, Exception? inner = null)
    : StoreException($"Revisions before {compactRevision} are no longer kept.", inner)
{
    /// <summary>
    /// The oldest revision that can still be read. Changes after it can be watched.
    /// </summary>
    public long CompactRevision { get; } = compactRevision;
}

/// <summary>A revision was asked for that the store has not reached.</summary>
/// <param name="revision">The revision.</param>
/// <param name="inner">The engine's own error.</param>
/// <param name="present">The revision that the store has reached, where it is known.</param>
public sealed class RevisionInFutureException(long revision, Exception? inner = null, long? present = null)
    : StoreException(
        present is null
            ? $"Revision {revision} has not been reached."
            : $"Revision {revision} has not been reached: the store is at revision {present}.",
        inner);
