using System.Runtime.CompilerServices;
using Kv.Domain.Storage;

namespace Kv.Infrastructure.Storage;

/// <summary>Reads the changes between a revision and the present. A watch alone never says that it has come to the present.</summary>
internal sealed class PastChanges(IStore store, KeyLayout layout, TimeProvider time)
{
    // Long enough for the watch to come to it, then it clears itself away.
    private const long MarkSeconds = 600;

    /// <summary>
    /// The changes after a revision, from a key on to the end of all keys, and to this moment. The last revision is not
    /// the caller's: it is that of the mark by which the end is known.
    /// </summary>
    /// <exception cref="RevisionCompactedException">Changes that are due are no longer kept.</exception>
    /// <exception cref="RevisionInFutureException">The revision has not been reached.</exception>
    public async IAsyncEnumerable<ChangeSet> Since(
        long revision, StoreKey from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var present = await Mark(cancellationToken);
        if (revision >= present)
            throw new RevisionInFutureException(revision);
        await foreach (var changes in Between(revision, present, from, cancellationToken))
            yield return changes;
    }

    /// <summary>Marks the present moment.</summary>
    /// <returns>The mark's revision, to which every watch of what is watched comes.</returns>
    public async Task<long> Mark(CancellationToken cancellationToken)
    {
        var mark = new Operation.Put(
            layout.Mark(Guid.NewGuid()), ReadOnlyMemory<byte>.Empty, time.GetUtcNow().ToUnixTimeSeconds() + MarkSeconds);
        return (await store.Commit(Transaction.Of(mark), cancellationToken)).Revision;
    }

    /// <summary>The changes after a revision and up to a mark, from a key on to the end of all keys.</summary>
    /// <exception cref="RevisionCompactedException">Changes that are due are no longer kept.</exception>
    public async IAsyncEnumerable<ChangeSet> Between(
        long revision, long mark, StoreKey from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var changes in store.Watch(layout.Watched.From(from), revision + 1, cancellationToken))
        {
            yield return changes;
            if (changes.Revision >= mark)
                yield break;
        }
    }
}
