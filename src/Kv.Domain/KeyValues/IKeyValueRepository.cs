namespace Kv.Domain.KeyValues;

/// <summary>
/// Reads and writes single keys of the tenants. Every method throws <see cref="StoreUnavailableException"/> when
/// the store does not answer in time.
/// </summary>
public interface IKeyValueRepository
{
    /// <summary>Reads one key.</summary>
    /// <exception cref="RevisionInFutureException">The store has not reached the requested revision.</exception>
    /// <exception cref="RevisionCompactedException">The store has compacted the requested revision.</exception>
    ValueTask<KeyValueRead> Get(Tenant tenant, Key key, ReadOptions options, CancellationToken cancellationToken);

    /// <summary>Writes a key, whether or not it exists, if the condition holds.</summary>
    /// <param name="value">The value, byte for byte.</param>
    /// <param name="cancellationToken">Stops waiting. The write may still happen.</param>
    /// <exception cref="StoreOutOfSpaceException">The store is full.</exception>
    /// <exception cref="StoreRejectedException">The store rejects a value of this size.</exception>
    Task<KeyValueWrite> Set(
        Tenant tenant, Key key, ReadOnlyMemory<byte> value, SetOptions options, CancellationToken cancellationToken);

    /// <summary>
    /// Changes the time to live of a key, counted from now, and keeps its value and content type. This is a write: the
    /// key gets a new revision. When the key does not exist, the condition fails.
    /// </summary>
    /// <param name="ttlSeconds">The time to live, in seconds; null for no expiry.</param>
    /// <param name="cancellationToken">Stops waiting. The write may still happen.</param>
    /// <returns>The result. Its key has no value.</returns>
    Task<KeyValueWrite> SetTtl(
        Tenant tenant, Key key, long? ttlSeconds, Precondition condition, CancellationToken cancellationToken);

    /// <summary>Deletes a key if the condition holds. Deleting a key that does not exist changes nothing.</summary>
    Task<KeyValueWrite> Delete(Tenant tenant, Key key, Precondition condition, CancellationToken cancellationToken);
}
