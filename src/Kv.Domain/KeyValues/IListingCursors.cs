using Kv.Domain.Tenants;

namespace Kv.Domain.KeyValues;

/// <summary>
/// Cursors of listings, as callers carry them from page to page: text that tells nothing, and that nobody else can make. All
/// replicas read each other's.
/// </summary>
public interface IListingCursors
{
    /// <summary>Writes down where a tenant's listing goes on.</summary>
    ValueTask<string> Write(Tenant tenant, KeyValueQuery query, PagePosition position, CancellationToken cancellationToken);

    /// <summary>Reads where a listing goes on; null when the text was changed, or comes from another tenant or another listing.</summary>
    ValueTask<PagePosition?> Read(Tenant tenant, KeyValueQuery query, string cursor, CancellationToken cancellationToken);
}
