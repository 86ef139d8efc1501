namespace Kv.Infrastructure.Changes;

/// <summary>
/// A reader of the store's feed of changes, with its position. <see cref="FeedFollower"/> calls it, one call at a time.
/// </summary>
internal interface IFeedReader
{
    /// <summary>The position of the next watch. It is read at first, and after each end of a watch.</summary>
    ValueTask<FeedPosition> Position(CancellationToken cancellationToken);

    /// <summary>Processes the changes at one revision.</summary>
    /// <returns>Whether to continue this watch; otherwise another one begins at <see cref="Position"/>.</returns>
    ValueTask<bool> Read(ChangeSet set, CancellationToken cancellationToken);

    /// <summary>Reports the end of a watch.</summary>
    /// <returns>How long to wait before the next watch; null to stop, and to throw the watch's error.</returns>
    TimeSpan? Ended(FeedEnd end);
}

/// <summary>A position in the feed.</summary>
/// <param name="Epoch">The value of <see cref="IStore.Epoch"/> before the revision was read.</param>
/// <param name="Range">The keys whose changes are read.</param>
/// <param name="After">The last revision that was read.</param>
/// <param name="SizesOnly">Whether the reader needs only the sizes of values (<see cref="IStore.Watch"/>).</param>
internal readonly record struct FeedPosition(Epoch Epoch, KeyRange Range, long After, bool SizesOnly = false);

/// <summary>The end of a watch of the feed.</summary>
/// <param name="Error">The error; null when the reader has ended the watch.</param>
/// <param name="Failures">How many watches have failed since changes were last read.</param>
internal readonly record struct FeedEnd(Exception? Error, int Failures)
{
    /// <summary>
    /// Whether the store has compacted changes that are due. The reader recovers what is left of them.
    /// </summary>
    public bool IsCompacted => Error is RevisionCompactedException and not StoreRestoredException;

    /// <summary>The usual pause before the next watch.</summary>
    public TimeSpan Pause => Backoff.After(Failures);
}
