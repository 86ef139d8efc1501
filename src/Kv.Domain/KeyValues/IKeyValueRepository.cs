using Kv.Domain.Storage;
using Kv.Domain.Tenants;

namespace Kv.Domain.KeyValues;

/// <summary>
/// The keys and values of the tenants. Every read is linearizable: it sees all that was acknowledged before it began.
/// Every method throws <see cref="StoreUnavailableException"/> when the store cannot be asked in time.
/// </summary>
public interface IKeyValueRepository
{
    /// <summary>Reads one key; null when there is none, or when it has expired.</summary>
    Task<KeyValue?> Get(Tenant tenant, Key key, CancellationToken cancellationToken);

    /// <summary>
    /// Reads every key that starts with <paramref name="prefix"/> (all of them when it is empty), in the byte order of
    /// their UTF-8 form and as they stood at one revision. Pages are fetched as the caller asks for more.
    /// </summary>
    /// <exception cref="RevisionCompactedException">The store forgot that revision before the listing came to its end.</exception>
    IAsyncEnumerable<KeyValue> List(Tenant tenant, string prefix, CancellationToken cancellationToken);

    /// <summary>Writes a key, whether or not it exists.</summary>
    /// <param name="tenant">Whose key it is.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">The value, byte for byte.</param>
    /// <param name="ttlSeconds">How long the key lives, in seconds; null for ever. An earlier time to live does not outlast the write.</param>
    /// <param name="cancellationToken">Gives up waiting. The write may happen all the same.</param>
    /// <exception cref="StoreOutOfSpaceException">The store has no room.</exception>
    /// <exception cref="StoreRejectedException">The store takes no value of this size.</exception>
    Task<KeyValue> Set(Tenant tenant, Key key, ReadOnlyMemory<byte> value, long? ttlSeconds, CancellationToken cancellationToken);

    /// <summary>Deletes a key; nothing happens when there is none.</summary>
    Task Delete(Tenant tenant, Key key, CancellationToken cancellationToken);
}
