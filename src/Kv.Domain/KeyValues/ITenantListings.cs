namespace Kv.Domain.KeyValues;

/// <summary>Lists the tenants that hold keys.</summary>
public interface ITenantListings
{
    /// <summary>
    /// Reads a page of tenants. It skips from tenant to tenant by a limited number of reads, so a page may have fewer
    /// tenants than the limit, and even none, although more follow.
    /// </summary>
    /// <param name="cursor">The cursor of the previous page of the same listing; null for the first page.</param>
    /// <returns>The page; null when the cursor was altered or belongs to another listing.</returns>
    /// <exception cref="StoreUnavailableException">The store does not answer in time.</exception>
    Task<TenantPage?> Page(TenantQuery query, string? cursor, CancellationToken cancellationToken);
}

/// <summary>A query for a page of tenants.</summary>
/// <param name="Prefix">The prefix of the namespaces; empty for every namespace.</param>
/// <param name="Named">Tenants that are listed whether or not they hold keys.</param>
/// <param name="Namespaces">The namespaces in which to search for more tenants; null for every namespace.</param>
/// <param name="Covers">Whether a tenant that the search finds is listed.</param>
/// <param name="Limit">The maximum number of tenants; at least 1.</param>
public sealed record TenantQuery(
    string Prefix, IReadOnlyList<Tenant> Named, IReadOnlyList<string>? Namespaces, Predicate<Tenant> Covers, int Limit);

/// <summary>A page of tenants.</summary>
/// <param name="Tenants">The tenants, in the byte order of "namespace/app".</param>
/// <param name="Cursor">The cursor of the next page; null on the last page.</param>
public sealed record TenantPage(IReadOnlyList<Tenant> Tenants, string? Cursor);
