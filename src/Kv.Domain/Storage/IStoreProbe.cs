namespace Kv.Domain.Storage;

/// <summary>Checks whether the store can serve requests.</summary>
public interface IStoreProbe
{
    /// <summary>Reads the store's present revision by a linearizable read.</summary>
    /// <exception cref="StoreUnavailableException">The store does not answer in time.</exception>
    Task<long> CurrentRevision(CancellationToken cancellationToken);

    /// <summary>The store's report on its state; null when the engine has none.</summary>
    Task<StoreState?> State(CancellationToken cancellationToken);
}
