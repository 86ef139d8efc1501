using Kv.Domain.Idempotency;
using Kv.Domain.Quotas;

namespace Kv.Infrastructure.Quotas;

/// <summary>Checks the exact growth of writes that may exceed a quota.</summary>
internal sealed class QuotaGuard(UsageTotals totals, UsageCatchUp catchUp, QuotaTelemetry telemetry, Quota quota)
{
    /// <summary>Reserves the growth of a write.</summary>
    /// <param name="request">The idempotent request; null for none.</param>
    /// <param name="look">
    /// Reads the exact growth of the write; null when it adds nothing, because its conditions do not hold or it was
    /// done before.
    /// </param>
    /// <exception cref="QuotaExceededException">There is no room for the write.</exception>
    public async Task<Reservation> Admit(
        Tenant tenant, IdempotentRequest? request, Func<CancellationToken, Task<WriteGrowth?>> look,
        CancellationToken cancellationToken)
    {
        if (await look(cancellationToken) is not { } growth)
            return default;
        if (totals.TryReserve(tenant, growth.Growth, withEstimates: true, out var reservation, request) is null)
            return reservation;
        if (totals.State != UsageState.Following)
            return await Check(growth);
        var account = totals.BeginWait(tenant);
        try
        {
            await catchUp.WaitFor(growth.Revision, account, cancellationToken);
            return await look(cancellationToken) is { } last ? await Check(last) : default;
        }
        finally
        {
            totals.EndWait(account);
        }

        // Estimates do not count here: no write is refused because of growth that may not happen.
        async Task<Reservation> Check(WriteGrowth write)
        {
            if (totals.TryReserve(
                tenant, write.Growth, withEstimates: false, out var exact, request) is not { } refusal)
                return exact;
            // The first attempt may have been applied after the read, and may itself fill the quota.
            if (request is not null && await look(cancellationToken) is null)
                return default;
            telemetry.Refused(refusal.Kind);
            throw new QuotaExceededException(
                refusal.Kind, quota.Limit(refusal.Kind)!.Value, refusal.Usage, write.Growth.Count(refusal.Kind));
        }
    }
}

/// <summary>The usage that a write would add.</summary>
/// <param name="Revision">The revision of the store at which it was read.</param>
internal readonly record struct WriteGrowth(Usage Growth, long Revision);
