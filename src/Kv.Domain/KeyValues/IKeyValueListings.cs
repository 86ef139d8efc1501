namespace Kv.Domain.KeyValues;

/// <summary>
/// Reads many keys of a tenant at a time. Every method throws <see cref="StoreUnavailableException"/> when
/// the store does not answer in time.
/// </summary>
public interface IKeyValueListings
{
    /// <summary>The approximate limit of value bytes in memory, for a page or while a listing is streamed.</summary>
    const int PageBytes = 4 * 1024 * 1024;

    /// <summary>
    /// Reads every key with a prefix (every key when it is empty), in the byte order of UTF-8, at one revision. The
    /// listing fetches pages while the caller enumerates it.
    /// </summary>
    /// <param name="withContentTypes">Whether to read the content types as well.</param>
    Task<KeyValueListing> List(
        Tenant tenant, string prefix, bool withContentTypes, CancellationToken cancellationToken);

    /// <summary>Reads a page of keys. All pages of a listing come from one revision.</summary>
    /// <exception cref="RevisionCompactedException">The store has compacted that revision in the meantime.</exception>
    /// <exception cref="RevisionInFutureException">The store has not reached the requested revision.</exception>
    Task<KeyValuePage> Page(Tenant tenant, KeyValueQuery query, CancellationToken cancellationToken);

    /// <summary>The names of all tenants' keys at one revision, in no particular order.</summary>
    IAsyncEnumerable<(Tenant Tenant, Key Key)> Names(CancellationToken cancellationToken);

    /// <summary>
    /// Counts the keys with a prefix. A key that expired a moment ago may still be counted: an exact count would have
    /// to read every key.
    /// </summary>
    /// <returns>The count, and the store's revision.</returns>
    Task<(long Count, long Revision)> Count(Tenant tenant, string prefix, CancellationToken cancellationToken);
}

/// <summary>Keys at one revision.</summary>
/// <param name="KeyValues">
/// The keys; can be enumerated once. The enumeration throws <see cref="RevisionCompactedException"/> when the store
/// compacts the revision before the end.
/// </param>
public sealed record KeyValueListing(long Revision, IAsyncEnumerable<KeyValue> KeyValues);
