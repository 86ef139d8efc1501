namespace Kv.Domain.Quotas;

/// <summary>
/// The usage of the tenants, as known to this replica. It lags behind the store by the delay of the change feed.
/// </summary>
public interface ITenantUsages
{
    /// <summary>The usage of a tenant; null without quotas, because then nothing is counted.</summary>
    /// <exception cref="UsageNotCountedException">The keys are not counted yet.</exception>
    TenantUsage? Find(Tenant tenant);

    /// <summary>The state of the counting.</summary>
    UsageState State { get; }

    /// <summary>The revision up to which everything is counted; 0 before the first count is complete.</summary>
    long Revision { get; }
}

/// <summary>A tenant's usage and quota.</summary>
public sealed record TenantUsage(Usage Usage, Quota Quota, long Revision);

/// <summary>The state of counting the tenants' usage.</summary>
public enum UsageState
{
    /// <summary>The first count is in progress; no write is refused yet.</summary>
    Counting,

    /// <summary>The count is complete and follows the store's changes.</summary>
    Following,

    /// <summary>The change feed is interrupted; writes are checked against the last known usage.</summary>
    Interrupted,
}
