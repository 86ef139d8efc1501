namespace Kv.Infrastructure.Dispatching.Leading;

/// <summary>Finds the start of a term.</summary>
internal sealed class TermStart(WatcherCursor cursor)
{
    /// <param name="vacantAfter">
    /// The revision after which there may have been no leader; null for the present one. It is used only without a
    /// saved cursor.
    /// </param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <returns>
    /// The revision up to which everything is settled, the store's present one, and whether the former is the saved
    /// cursor.
    /// </returns>
    public async Task<(long From, long Present, bool IsSaved)> Find(
        long? vacantAfter, CancellationToken cancellationToken)
    {
        var (saved, present) = await cursor.Load(cancellationToken);
        if (saved is { } settled)
            return (settled, present, true);
        // Without a cursor no Kv has led before. The changes since this replica asked for the lead are its own to
        // deliver: a webhook may have been registered, and keys written, before it got the lock.
        return (vacantAfter <= present ? vacantAfter.Value : present, present, false);
    }
}
