using System.Runtime.CompilerServices;
using Kv.Domain.Storage;

namespace Kv.Infrastructure.Storage;

/// <summary>Watches that begin at a revision that was read before.</summary>
internal static class EpochWatch
{
    /// <summary>
    /// <see cref="IStore.Watch"/> from a revision that was read in an epoch. When that epoch has ended, the watch fails
    /// at once: otherwise it would wait for a revision of a history that no longer exists.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="epoch">The value of <see cref="IStore.Epoch"/> before the revision was read.</param>
    /// <param name="range">The keys.</param>
    /// <param name="fromRevision">The revision.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    public static IAsyncEnumerable<ChangeSet> Watch(
        this IStore store, Epoch epoch, KeyRange range, long fromRevision, CancellationToken cancellationToken) =>
        Within(store, epoch, token => store.Watch(range, fromRevision, token), cancellationToken);

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
        // The watch has begun once this returns. An epoch that ends later ends the watch; one that ended before is
        // noticed here.
        var first = sets.MoveNextAsync().AsTask();
        if (store.Epoch is var present && present != epoch)
        {
            await ending.CancelAsync();
            await ((Task)first).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            throw new StoreRestoredException(present.Since);
        }
        for (var more = await first; more; more = await sets.MoveNextAsync())
            yield return sets.Current;
    }
}
