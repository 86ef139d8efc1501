namespace Kv.Domain.Storage;

/// <summary>Tells whether the store can serve requests.</summary>
public interface IStoreProbe
{
    /// <summary>Asks the store for its present revision, by a linearizable read.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be asked in time.</exception>
    Task<long> CurrentRevision(CancellationToken cancellationToken);

    /// <summary>What room the store has; null when it cannot tell.</summary>
    Task<StoreSpace?> Space(CancellationToken cancellationToken);
}
