using System.Runtime.CompilerServices;
using Kv.Domain.Storage;
using Kv.Domain.Tenants;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Changes;

/// <summary>
/// Reads the changes of a tenant's keys between a revision and the present. The store reads every change of that time
/// for it, however few are of these keys. A scan therefore covers a limited number of revisions and takes a turn.
/// </summary>
internal sealed class PastChanges(IStore store, KeyLayout layout, ScanTurns turns)
{
    /// <summary>How many revisions one scan covers.</summary>
    public const long MaxScanned = 50_000;

    /// <summary>The changes after a revision, up to the present.</summary>
    /// <exception cref="RevisionCompactedException">Changes that are due are no longer kept.</exception>
    /// <exception cref="RevisionInFutureException">The revision has not been reached.</exception>
    public async IAsyncEnumerable<ChangeSet> Since(
        long revision, Tenant tenant, KeyRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var epoch = store.Epoch;
        var present = await Present(cancellationToken);
        if (revision > present)
            throw new RevisionInFutureException(revision, present: present);
        for (var after = revision; after < present; after += MaxScanned)
        {
            using var turn = await turns.Enter(tenant, cancellationToken);
            await foreach (var changes in Between(
                epoch, after, Math.Min(present, after + MaxScanned), range, cancellationToken))
                yield return changes;
        }
    }

    /// <summary>The present revision of the store.</summary>
    public Task<long> Present(CancellationToken cancellationToken) => store.Present(layout, cancellationToken);

    /// <summary>The changes of an epoch after a revision and up to another that the store has reached.</summary>
    /// <exception cref="RevisionCompactedException">Changes that are due are no longer kept.</exception>
    public IAsyncEnumerable<ChangeSet> Between(
        Epoch epoch, long revision, long through, KeyRange range, CancellationToken cancellationToken) =>
        revision < through
        ? store.Changes(epoch, range, revision + 1, through, cancellationToken)
        : AsyncEnumerable.Empty<ChangeSet>();
}
