namespace Kv.Infrastructure.Changes;

/// <summary>Reads the changes of a tenant's keys from a revision to another.</summary>
internal sealed class PastChanges(IStore store, KeyLayout layout)
{
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
}
