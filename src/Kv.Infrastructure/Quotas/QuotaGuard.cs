using Kv.Domain.Idempotency;
using Kv.Domain.Quotas;
using Kv.Domain.Tenants;

namespace Kv.Infrastructure.Quotas;

/// <summary>Checks writes that may exceed a quota by what they would really add.</summary>
internal sealed class QuotaGuard(UsageTotals totals, UsageCatchUp catchUp, QuotaTelemetry telemetry, Quota quota)
{
    /// <summary>Reserves the growth of a write.</summary>
    /// <param name="tenant">The tenant of the write.</param>
    /// <param name="request">The idempotent request; null for none.</param>
    /// <param name="look">
    /// Reads what the write would add; null when it adds nothing, because its conditions do not hold, or it was done
    /// before.
    /// </param>
    /// <param name="cancellationToken">Cancels the check.</param>
    /// <exception cref="QuotaExceededException">There is no room for the write.</exception>
    public async Task<Reservation> Admit(
        Tenant tenant, IdempotentRequest? request, Func<CancellationToken, Task<WriteGrowth?>> look,
        CancellationToken cancellationToken)
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
            await catchUp.WaitFor(demand.Revision, account, cancellationToken);
            return await look(cancellationToken) is { } last ? await Judge(last) : default;
        }
        finally
        {
            totals.EndWait(account);
        }

        // Estimates do not count here: no write is refused because of growth that may not happen.
        async Task<Reservation> Judge(WriteGrowth judged)
        {
            if (totals.TryReserve(
                tenant, judged.Growth, withEstimates: false, out var held, request) is not { } refusal)
                return held;
            // Its first attempt may have been done after the read, and may be what fills the quota.
            if (request is not null && await look(cancellationToken) is null)
                return default;
            telemetry.Refused(refusal.Kind);
            throw new QuotaExceededException(
                refusal.Kind, quota.Limit(refusal.Kind)!.Value, refusal.Present, judged.Growth.Count(refusal.Kind));
        }
    }
}

/// <summary>The usage that a write would add to the present state.</summary>
/// <param name="Growth">The growth.</param>
/// <param name="Revision">The revision of the store at which it was read.</param>
internal readonly record struct WriteGrowth(Usage Growth, long Revision);
