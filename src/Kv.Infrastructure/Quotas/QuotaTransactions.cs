using Kv.Domain.Idempotency;
using Kv.Domain.Quotas;
using Kv.Domain.Tenants;
using Kv.Domain.Transactions;

namespace Kv.Infrastructure.Quotas;

/// <summary>Transactions with quotas. A transaction is refused as a whole.</summary>
internal sealed class QuotaTransactions(
    IKeyValueTransactions inner, UsageTotals totals, QuotaGuard guard, TransactionGrowth demands)
    : IKeyValueTransactions
{
    /// <exception cref="QuotaExceededException">The tenant would exceed its quota.</exception>
    public async Task<TransactionOutcome> Commit(
        Tenant tenant, KeyTransaction transaction, IdempotentRequest? request, CancellationToken cancellationToken)
    {
        var atMost = Usage.Max(Written(transaction.Success), Written(transaction.Failure));
        if (atMost == default)
            return await inner.Commit(tenant, transaction, request, cancellationToken);
        if (!totals.TryReserve(tenant, atMost, out var reservation, request))
            reservation = await guard.Admit(
                tenant, request, cancel => demands.Estimate(tenant, transaction, request, cancel), cancellationToken);
        var revision = 0L;
        try
        {
            var outcome = await inner.Commit(tenant, transaction, request, cancellationToken);
            // A repeated request returns the revision of its first attempt, which may have been this one a moment ago.
            if (Written(outcome.Succeeded ? transaction.Success : transaction.Failure) != default)
                revision = outcome.Revision;
            return outcome;
        }
        finally
        {
            totals.Confirm(reservation, revision);
        }
    }

    private static Usage Written(IReadOnlyList<KeyOperation> branch)
    {
        var written = default(Usage);
        foreach (var operation in branch)
            if (operation.Kind.StoresValue())
                written += Usage.ForKey(operation.Key, operation.Value.Length);
        return written;
    }
}
