namespace Kv.Domain.Storage;

/// <summary>Tells whether the store can serve requests.</summary>
public interface IStoreProbe
{
    /// <summary>Asks the store for its present revision, by a linearizable read.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be asked in time.</exception>
    Task<long> CurrentRevision(CancellationToken cancellationToken);

    /// <summary>Why the store has no room for writes, for an operator to read; null when it has, or cannot tell.</summary>
    Task<string?> OutOfSpace(CancellationToken cancellationToken);
}
