namespace Kv.Domain.KeyValues;

/// <summary>
/// The cursors of listings, which callers send to get the next page. A cursor is opaque and cannot be forged. Every
/// replica reads the cursors of every other replica.
/// </summary>
public interface IListingCursors
{
    /// <summary>Creates the cursor of a position in a tenant's listing.</summary>
    ValueTask<string> Write(
        Tenant tenant, KeyValueQuery query, PagePosition position, CancellationToken cancellationToken);

    /// <summary>
    /// Reads the position from a cursor; null when the cursor was altered, or belongs to another tenant or another
    /// listing.
    /// </summary>
    ValueTask<PagePosition?> Read(
        Tenant tenant, KeyValueQuery query, string cursor, CancellationToken cancellationToken);
}
