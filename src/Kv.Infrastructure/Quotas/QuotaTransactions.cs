using Kv.Domain.Idempotency;
using Kv.Domain.Quotas;
using Kv.Domain.Transactions;

namespace Kv.Infrastructure.Quotas;

/// <summary>Transactions with quotas. A transaction is refused as a whole.</summary>
internal sealed class QuotaTransactions(
    IKeyValueTransactions inner, UsageTotals totals, QuotaGuard guard, TransactionGrowth growth)
    : IKeyValueTransactions
{
    /// <exception cref="QuotaExceededException">The tenant would exceed its quota.</exception>
    public async Task<TransactionOutcome> Commit(
        Tenant tenant, KeyTransaction transaction, IdempotentRequest? request, CancellationToken cancellationToken)
    {
        var atMost = Usage.Max(
            TransactionGrowth.AtMost(transaction, succeeds: true, request),
            TransactionGrowth.AtMost(transaction, succeeds: false, request));
        if (atMost == default)
            return await inner.Commit(tenant, transaction, request, cancellationToken);
        if (!totals.TryReserve(tenant, atMost, out var reservation, request))
            reservation = await guard.Admit(
                tenant, request, cancel => growth.Estimate(tenant, transaction, request, cancel), cancellationToken);
        var revision = 0L;
        try
        {
            var outcome = await inner.Commit(tenant, transaction, request, cancellationToken);
            // A repeated request returns the revision of its first attempt, which may have been this one a moment ago.
            if (TransactionGrowth.AtMost(transaction, outcome.Succeeded, request) != default)
                revision = outcome.Revision;
            return outcome;
        }
        finally
        {
            totals.Confirm(reservation, revision);
        }
    }
}
