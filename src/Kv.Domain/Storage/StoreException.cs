namespace Kv.Domain.Storage;

/// <summary>A failure of the store. Each kind of failure is a derived class.</summary>
public abstract class StoreException(string message, Exception? inner) : Exception(message, inner);

/// <summary>The store cannot be reached, or did not answer in time.</summary>
/// <param name="message">The failed operation.</param>
/// <param name="outcomeUnknown">
/// Whether a write may have happened or may still happen: it was sent, and no answer arrived.
/// </param>
/// <param name="inner">The engine's own error.</param>
public sealed class StoreUnavailableException(string message, bool outcomeUnknown = false, Exception? inner = null)
    : StoreException(message, inner)
{
    /// <summary>
    /// Whether a write may have happened or may still happen. Kv never repeats such a write by itself.
    /// </summary>
    public bool OutcomeUnknown { get; } = outcomeUnknown;
}

/// <summary>The store is full and rejects writes. Reads still work; on etcd, deletes do as well.</summary>
public sealed class StoreOutOfSpaceException(string message, Exception? inner = null) : StoreException(message, inner);

/// <summary>
/// The store rejects this request (because it is too large, for example). Repeating it does not help.
/// </summary>
public sealed class StoreRejectedException(string message, Exception? inner = null) : StoreException(message, inner);

/// <summary>The requested revision is compacted: the store no longer keeps it.</summary>
public class RevisionCompactedException : StoreException
{
    /// <param name="compactRevision">The oldest revision that can still be read.</param>
    /// <param name="inner">The engine's own error.</param>
    public RevisionCompactedException(long compactRevision, Exception? inner = null)
        : this(compactRevision, $"Revisions before {compactRevision} are no longer kept.", inner)
    {
    }

    /// <summary>The error for changes that the store keeps, but that are too many to read.</summary>
    /// <param name="oldest">The revision after which changes can be read.</param>
    public static RevisionCompactedException OutOfReach(long oldest) =>
        new(oldest, $"Too many changes follow: only those after revision {oldest} can be read.", inner: null);

    private protected RevisionCompactedException(long compactRevision, string message, Exception? inner)
        : base(message, inner) => CompactRevision = compactRevision;

    /// <summary>The oldest revision that can still be read. Changes after it can be watched.</summary>
    public long CompactRevision { get; }
}

/// <summary>
/// The store was restored from a backup while this process ran. Revisions that were read before the restore belong to
/// another history: the same revision may occur again with other content. Earlier revisions therefore count as
/// compacted.
/// </summary>
/// <param name="revision">The store's revision when Kv detected the restore.</param>
public sealed class StoreRestoredException(long revision) : RevisionCompactedException(
    revision,
    $"The store was restored from a backup and is at revision {revision}: earlier reads may no longer be valid.",
    inner: null);

/// <summary>The store has not reached the requested revision.</summary>
/// <param name="inner">The engine's own error.</param>
/// <param name="current">The store's current revision; null when it is unknown.</param>
public sealed class RevisionInFutureException(long revision, Exception? inner = null, long? current = null)
    : StoreException(
        current is null
            ? $"Revision {revision} has not been reached."
            : $"Revision {revision} has not been reached: the store is at revision {current}.",
        inner);
