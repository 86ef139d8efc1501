using System.Runtime.CompilerServices;

namespace Kv.Infrastructure.Changes;

/// <summary>
/// Reads the changes of a tenant's keys from a revision to the current one. For that, the store reads every change of
/// that time, however few are of these keys. A scan therefore covers a limited number of revisions and waits its turn.
/// </summary>
internal sealed class PastChanges(IStore store, KeyLayout layout, ScanTurns turns)
{
    /// <summary>How many revisions one scan covers.</summary>
    public const long MaxScanned = 50_000;

    /// <summary>
    /// About how many bytes a page holds. For each page the store reads all later changes, so pages are not small.
    /// </summary>
    public const long PageBytes = 8 * 1024 * 1024;

    private const int ChangeBytes = 256;

    /// <summary>The changes after a revision, up to the current one.</summary>
    /// <exception cref="RevisionCompactedException">Changes that are due are no longer kept.</exception>
    /// <exception cref="RevisionInFutureException">The revision has not been reached.</exception>
    public async IAsyncEnumerable<ChangeSet> Since(
        long revision, Tenant tenant, KeyPattern pattern, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (epoch, current) = await Now(revision, cancellationToken);
        while (revision < current)
        {
            var (page, through) = await Page(epoch, tenant, pattern, revision, current, cancellationToken);
            foreach (var changes in page)
                yield return changes;
            revision = through;
        }
    }

    /// <summary>The store's epoch, and its current revision.</summary>
    /// <param name="reached">A revision that the store must have reached; null for none.</param>
    /// <exception cref="RevisionInFutureException">The revision has not been reached.</exception>
    public async Task<(Epoch Epoch, long Revision)> Now(long? reached, CancellationToken cancellationToken)
    {
        var epoch = store.Epoch;
        var current = await CurrentRevision(cancellationToken);
        return reached > current
            ? throw new RevisionInFutureException(reached.Value, current: current)
            : (epoch, current);
    }

    /// <summary>The current revision of the store.</summary>
    public Task<long> CurrentRevision(CancellationToken cancellationToken) =>
        store.CurrentRevision(layout, cancellationToken);

    /// <summary>The changes of an epoch after a revision and up to another that the store has reached.</summary>
    /// <exception cref="RevisionCompactedException">Changes that are due are no longer kept.</exception>
    public IAsyncEnumerable<ChangeSet> Between(
        Epoch epoch, Tenant tenant, KeyPattern pattern, long revision, long through,
        CancellationToken cancellationToken) =>
        revision < through
        ? store.Changes(epoch, layout.KeyValuesOf(tenant, pattern), revision + 1, through, cancellationToken)
        : AsyncEnumerable.Empty<ChangeSet>();

    // A turn ends with the page: a slow reader of the page delays no other scan.
    private async Task<(IReadOnlyList<ChangeSet> Page, long Through)> Page(
        Epoch epoch, Tenant tenant, KeyPattern pattern, long after, long current, CancellationToken cancellationToken)
    {
        var page = new List<ChangeSet>();
        var bytes = 0L;
        var through = Math.Min(current, after + MaxScanned);
        using var turn = await turns.Enter(tenant, current - after, cancellationToken);
        await foreach (var changes in Between(epoch, tenant, pattern, after, through, cancellationToken))
        {
            page.Add(changes);
            bytes += changes.Changes.Sum(Size);
            if (bytes >= PageBytes)
                return (page, changes.Revision);
        }
        return (page, through);
    }

    private static long Size(Change change) =>
        ChangeBytes + change.Key.Bytes.Length
        + (change.Current?.Value.Length ?? 0) + (change.Previous?.Value.Length ?? 0);
}
