using Kv.Domain.Quotas;

namespace Kv.Application.Quotas;

/// <summary>The usages of a deployment without quotas: nothing is counted.</summary>
internal sealed class NoQuotas : ITenantUsages
{
    public UsageState State => UsageState.Counting;

    public long Revision => 0;

    public TenantUsage? Find(Tenant tenant) => null;
}
