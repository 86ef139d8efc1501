using Kv.Domain.Storage;
using Kv.Domain.Tenants;

namespace Kv.Domain.KeyValues;

/// <summary>
/// The keys and values of a tenant, many at a time. Every method throws <see cref="StoreUnavailableException"/> when the
/// store cannot be asked in time.
/// </summary>
public interface IKeyValueListings
{
    /// <summary>
    /// Reads every key that starts with a prefix (all of them when it is empty), in the byte order of their UTF-8 form and as
    /// they stood at one revision. Pages are fetched as the caller asks for more.
    /// </summary>
    Task<KeyValueListing> List(Tenant tenant, string prefix, CancellationToken cancellationToken);
}

/// <summary>Keys as they stood at one revision.</summary>
/// <param name="Revision">The store's revision.</param>
/// <param name="KeyValues">
/// The keys; enumerated once. It throws <see cref="RevisionCompactedException"/> when the store forgets the revision before the
/// listing comes to its end.
/// </param>
public sealed record KeyValueListing(long Revision, IAsyncEnumerable<KeyValue> KeyValues);
