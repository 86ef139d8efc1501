using System.Runtime.CompilerServices;

namespace Kv.Infrastructure.Storage;

/// <summary>Watches and scans that start at a revision of a known epoch.</summary>
internal static class EpochWatch
{
    /// <summary>
    /// <see cref="IStore.Watch"/> from a revision that was read in an epoch: the value of <see cref="IStore.Epoch"/>
    /// before the read. When that epoch has ended, the watch fails at once: otherwise it would wait for a revision of a
    /// history that no longer exists.
    /// </summary>
    public static IAsyncEnumerable<ChangeSet> Watch(
        this IStore store, Epoch epoch, KeyRange range, long fromRevision, bool sizesOnly,
        CancellationToken cancellationToken) =>
        Within(store, epoch, token => store.Watch(range, fromRevision, token, sizesOnly), cancellationToken);

    /// <summary><see cref="IStore.Changes"/> between revisions of an epoch; it fails likewise.</summary>
    public static IAsyncEnumerable<ChangeSet> Changes(
        this IStore store, Epoch epoch, KeyRange range, long from, long through, CancellationToken cancellationToken) =>
        Within(store, epoch, token => store.Changes(range, from, through, token), cancellationToken);

    private static async IAsyncEnumerable<ChangeSet> Within(
        IStore store, Epoch epoch, Func<CancellationToken, IAsyncEnumerable<ChangeSet>> open,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var sets = open(ending.Token).GetAsyncEnumerator(CancellationToken.None);
        // The watch has begun once this returns. If the epoch ends later, the watch ends; if it ended before, this
        // check notices.
        var first = sets.MoveNextAsync().AsTask();
        if (store.Epoch is var current && current != epoch)
        {
            await ending.CancelAsync();
            await ((Task)first).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            throw new StoreRestoredException(current.Since);
        }
        for (var more = await first; more; more = await sets.MoveNextAsync())
            yield return sets.Current;
    }
}
