using Kv.Domain.Quotas;
using Kv.Domain.Tenants;

namespace Kv.Application.Quotas;

/// <summary>Tells that there are no quotas, and nothing is counted for any.</summary>
internal sealed class NoQuotas : ITenantUsages
{
    public UsageState State => UsageState.Counting;

    public long Revision => 0;

    public TenantUsage? Find(Tenant tenant) => null;
}
