using Kv.Domain.Idempotency;
using Kv.Domain.Quotas;
using Kv.Domain.Tenants;

namespace Kv.Infrastructure.Quotas;

/// <summary>Judges the writes for which there may be no room, by what they would really add.</summary>
internal sealed class QuotaGuard(UsageTotals totals, UsageCatchUp catchUp, QuotaTelemetry telemetry, Quota quota)
{
    /// <summary>Sets aside what a write adds.</summary>
    /// <param name="tenant">Whose write it is.</param>
    /// <param name="request">The name under which it may be repeated; null for none.</param>
    /// <param name="look">
    /// Looks what it would add; null when it adds nothing, because its conditions do not hold, or it was done before.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="QuotaExceededException">There is no room for it.</exception>
    public async Task<Reservation> Admit(
        Tenant tenant, IdempotentRequest? request, Func<CancellationToken, Task<Demand?>> look, CancellationToken cancellationToken)
    {
        if (await look(cancellationToken) is not { } demand)
            return default;
        if (totals.TryReserve(tenant, demand.Growth, withEstimates: true, out var reservation, request) is null)
            return reservation;
        if (totals.State != UsageState.Following)
            return await Judge(demand);
        var account = totals.BeginWait(tenant);
        try
        {
            await catchUp.To(demand.Revision, account, cancellationToken);
            return await look(cancellationToken) is { } last ? await Judge(last) : default;
        }
        finally
        {
            totals.EndWait(account);
        }

        // What is still estimated does not count: nobody is refused for what may be nothing.
        async Task<Reservation> Judge(Demand judged)
        {
            if (totals.TryReserve(tenant, judged.Growth, withEstimates: false, out var held, request) is not { } refusal)
                return held;
            // Its first may have been done since it was looked for, and be what fills the quota.
            if (request is not null && await look(cancellationToken) is null)
                return default;
            telemetry.Refused(refusal.Kind);
            throw new QuotaExceededException(
                refusal.Kind, quota.Limit(refusal.Kind)!.Value, refusal.Present, judged.Growth.Of(refusal.Kind));
        }
    }
}

/// <summary>What a write would add, by what stands there.</summary>
/// <param name="Growth">How much.</param>
/// <param name="Revision">The revision of the store at which it was looked up.</param>
internal readonly record struct Demand(Usage Growth, long Revision);
