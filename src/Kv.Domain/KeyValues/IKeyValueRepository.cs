using Kv.Domain.Storage;
using Kv.Domain.Tenants;

namespace Kv.Domain.KeyValues;

/// <summary>
/// The keys and values of the tenants, one at a time. Every method throws <see cref="StoreUnavailableException"/> when the
/// store cannot be asked in time.
/// </summary>
public interface IKeyValueRepository
{
    /// <summary>Reads one key.</summary>
    /// <exception cref="RevisionInFutureException">The store has not reached the revision that was asked for.</exception>
    /// <exception cref="RevisionCompactedException">The store no longer keeps the revision that was asked for.</exception>
    ValueTask<KeyValueRead> Get(Tenant tenant, Key key, ReadOptions options, CancellationToken cancellationToken);

    /// <summary>Writes a key, whether or not it exists, if the condition holds.</summary>
    /// <param name="tenant">Whose key it is.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">The value, byte for byte.</param>
    /// <param name="options">How to set it.</param>
    /// <param name="cancellationToken">Gives up waiting. The write may happen all the same.</param>
    /// <exception cref="StoreOutOfSpaceException">The store has no room.</exception>
    /// <exception cref="StoreRejectedException">The store takes no value of this size.</exception>
    Task<KeyValueWrite> Set(
        Tenant tenant, Key key, ReadOnlyMemory<byte> value, SetOptions options, CancellationToken cancellationToken);

    /// <summary>
    /// Changes how long a key lives from now on, and leaves its value and content type as they are. It is a write: the key
    /// takes a new revision. Where there is no such key, the condition does not hold.
    /// </summary>
    /// <param name="tenant">Whose key it is.</param>
    /// <param name="key">The key.</param>
    /// <param name="ttlSeconds">How long it lives, in seconds; null for ever.</param>
    /// <param name="condition">What must hold for it to be done.</param>
    /// <param name="cancellationToken">Gives up waiting. The write may happen all the same.</param>
    /// <returns>What became of it; the key comes without its value.</returns>
    Task<KeyValueWrite> SetTtl(
        Tenant tenant, Key key, long? ttlSeconds, Precondition condition, CancellationToken cancellationToken);

    /// <summary>Deletes a key if the condition holds; nothing happens when there is none.</summary>
    Task<KeyValueWrite> Delete(Tenant tenant, Key key, Precondition condition, CancellationToken cancellationToken);
}
