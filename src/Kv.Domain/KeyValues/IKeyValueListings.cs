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
    /// <param name="tenant">Whose keys they are.</param>
    /// <param name="prefix">What they start with.</param>
    /// <param name="withContentTypes">Whether to read their content types as well.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<KeyValueListing> List(Tenant tenant, string prefix, bool withContentTypes, CancellationToken cancellationToken);

    /// <summary>Reads a page of keys. All pages of a listing come from one revision.</summary>
    /// <exception cref="RevisionCompactedException">The store has forgotten that revision meanwhile.</exception>
    /// <exception cref="RevisionInFutureException">The store has not reached the revision that was asked for.</exception>
    Task<KeyValuePage> Page(Tenant tenant, KeyValueQuery query, CancellationToken cancellationToken);

    /// <summary>
    /// Counts the keys that start with a prefix. One that has expired a moment ago may still be counted: only reading each would
    /// tell.
    /// </summary>
    /// <returns>How many there are, and at which revision of the store.</returns>
    Task<(long Count, long Revision)> Count(Tenant tenant, string prefix, CancellationToken cancellationToken);
}

/// <summary>Keys as they stood at one revision.</summary>
/// <param name="Revision">The store's revision.</param>
/// <param name="KeyValues">
/// The keys; enumerated once. It throws <see cref="RevisionCompactedException"/> when the store forgets the revision before the
/// listing comes to its end.
/// </param>
public sealed record KeyValueListing(long Revision, IAsyncEnumerable<KeyValue> KeyValues);
