namespace Kv.Domain.Audit;

/// <summary>The audit records in the store.</summary>
public interface IAuditTrail
{
    /// <summary>Reads records in time order, oldest first.</summary>
    /// <param name="tenant">
    /// The tenant whose keys and webhooks changed; null for the records of the deployment (its API keys).
    /// </param>
    /// <param name="period">The start (inclusive) and the end (exclusive); null for no bound.</param>
    /// <param name="after">The last record of the previous page; null for the first page.</param>
    /// <returns>The records, fewer than the limit where they are large, and whether more follow.</returns>
    /// <exception cref="StoreUnavailableException">The store does not answer in time.</exception>
    Task<(IReadOnlyList<AuditRecord> Records, bool HasMore)> List(
        Tenant? tenant, (DateTimeOffset? From, DateTimeOffset? To) period, AuditRecordId? after, int limit,
        CancellationToken cancellationToken);
}
