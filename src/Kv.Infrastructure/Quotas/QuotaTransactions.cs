using Kv.Domain.Idempotency;
using Kv.Domain.KeyValues;
using Kv.Domain.Quotas;
using Kv.Domain.Tenants;

namespace Kv.Infrastructure.Quotas;

/// <summary>The transactions, by which a tenant may come to have no more than its quota. They are refused whole.</summary>
internal sealed class QuotaTransactions(
    IKeyValueTransactions inner, UsageTotals totals, QuotaGuard guard, TransactionDemands demands) : IKeyValueTransactions
{
    /// <exception cref="QuotaExceededException">The tenant would have more than it may.</exception>
    public async Task<TransactionOutcome> Commit(
        Tenant tenant, KeyTransaction transaction, IdempotentRequest? request, CancellationToken cancellationToken)
    {
        var atMost = Usage.Max(Written(transaction.Success), Written(transaction.Failure));
        if (atMost == default)
            return await inner.Commit(tenant, transaction, request, cancellationToken);
        if (!totals.TryReserve(tenant, atMost, out var reservation, request))
            reservation = await guard.Admit(
                tenant, request, cancel => demands.Of(tenant, transaction, request, cancel), cancellationToken);
        var revision = 0L;
        try
        {
            var outcome = await inner.Commit(tenant, transaction, request, cancellationToken);
            // One that was done before tells when that was: by this very request, it may be a moment ago.
            if (Written(outcome.Succeeded ? transaction.Success : transaction.Failure) != default)
                revision = outcome.Revision;
            return outcome;
        }
        finally
        {
            totals.Settle(reservation, revision);
        }
    }

    private static Usage Written(IReadOnlyList<KeyOperation> branch)
    {
        var written = default(Usage);
        foreach (var operation in branch)
            if (operation.Kind == KeyOperationKind.Set)
                written += Usage.Of(operation.Key, operation.Value.Length);
        return written;
    }
}
