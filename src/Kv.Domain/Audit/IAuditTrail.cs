using Kv.Domain.Storage;
using Kv.Domain.Tenants;

namespace Kv.Domain.Audit;

/// <summary>The records of who changed what that are kept in the store.</summary>
public interface IAuditTrail
{
    /// <summary>Reads records in the order of their times, oldest first.</summary>
    /// <param name="tenant">Whose keys and webhooks they are about; null for those about the deployment (its API keys).</param>
    /// <param name="period">From when on, and up to and without when; null for no bound.</param>
    /// <param name="after">The record behind which to begin; null for the first.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The records, fewer than the limit where they are large, and whether there are more.</returns>
    /// <exception cref="StoreUnavailableException">The store cannot be asked in time.</exception>
    Task<(IReadOnlyList<AuditRecord> Records, bool HasMore)> List(
        Tenant? tenant, (DateTimeOffset? From, DateTimeOffset? To) period, AuditRecordId? after, int limit, CancellationToken cancellationToken);
}
