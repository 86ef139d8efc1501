using Kv.Domain.Tenants;

namespace Kv.Domain.Quotas;

/// <summary>How much the tenants have, as this replica knows it: as far behind the store as its changes take to come.</summary>
public interface ITenantUsages
{
    /// <summary>How much a tenant has; null where there are no quotas, and nothing is counted.</summary>
    /// <exception cref="UsageNotCountedException">It is not known yet.</exception>
    TenantUsage? Find(Tenant tenant);

    /// <summary>How far the counting is.</summary>
    UsageState State { get; }

    /// <summary>The revision of the store up to which everything is counted; 0 while nothing is.</summary>
    long Revision { get; }
}

/// <summary>How much a tenant has, and may have.</summary>
/// <param name="Usage">What its keys take up.</param>
/// <param name="Quota">What it may have.</param>
/// <param name="Revision">The revision of the store at which it was so.</param>
public sealed record TenantUsage(Usage Usage, Quota Quota, long Revision);

/// <summary>How far the counting of what tenants have is.</summary>
public enum UsageState
{
    /// <summary>The keys are being counted for the first time; no write is refused yet.</summary>
    Counting,

    /// <summary>The keys are counted, and the store's changes are followed.</summary>
    Following,

    /// <summary>The store's changes are not followed just now; writes are judged by what was known last.</summary>
    Interrupted,
}
