using Kv.Domain.Quotas;
using Kv.Domain.Tenants;

namespace Kv.Infrastructure.Quotas;

/// <summary>Judges the writes for which there may be no room, by what they would really add.</summary>
internal sealed class QuotaGuard(UsageTotals totals, UsageCatchUp catchUp, QuotaTelemetry telemetry, Quota quota)
{
    /// <summary>Sets aside what a write adds.</summary>
    /// <param name="tenant">Whose write it is.</param>
    /// <param name="look">Looks what it would add; null when it adds nothing, because its conditions do not hold, say.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="QuotaExceededException">There is no room for it.</exception>
    public async Task<Reservation> Admit(
        Tenant tenant, Func<CancellationToken, Task<Demand?>> look, CancellationToken cancellationToken)
    {
        if (await look(cancellationToken) is not { } demand)
            return default;
        if (totals.TryReserve(tenant, demand.Growth, withEstimates: true, out var reservation) is null)
            return reservation;
        if (totals.State != UsageState.Following)
            return Judge(tenant, demand);
        var account = totals.BeginWait(tenant);
        try
        {
            await catchUp.To(demand.Revision, account, cancellationToken);
            return await look(cancellationToken) is { } last ? Judge(tenant, last) : default;
        }
        finally
        {
            totals.EndWait(account);
        }
    }

    // What is still estimated does not count: nobody is refused for what may be nothing.
    private Reservation Judge(Tenant tenant, Demand demand)
    {
        if (totals.TryReserve(tenant, demand.Growth, withEstimates: false, out var reservation) is not { } refusal)
            return reservation;
        telemetry.Refused(refusal.Kind);
        throw new QuotaExceededException(
            refusal.Kind, quota.Limit(refusal.Kind)!.Value, refusal.Present, demand.Growth.Of(refusal.Kind));
    }
}

/// <summary>What a write would add, by what stands there.</summary>
/// <param name="Growth">How much.</param>
/// <param name="Revision">The revision of the store at which it was looked up.</param>
internal readonly record struct Demand(Usage Growth, long Revision);
