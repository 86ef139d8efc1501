using Kv.Domain.Quotas;

namespace Kv.Infrastructure.Deliveries;

/// <summary>Checks whether a tenant has room for deliveries.</summary>
internal static class TenantRoom
{
    /// <summary>Whether further bytes would exceed a tenant's quota.</summary>
    public static bool IsFull(this ITenantUsages? usages, Tenant tenant, long growth)
    {
        try
        {
            return usages?.Find(tenant) is { } has && has.Quota.ExceededBy(has.Usage, new Usage(0, growth)) is not null;
        }
        catch (UsageNotCountedException)
        {
            // The tenant's writes are not refused either until usage is counted.
            return false;
        }
    }
}
