using Kv.Domain.Audit;
using Kv.Domain.Idempotency;
using Kv.Domain.Transactions;

namespace Kv.Application.Audit;

/// <summary>Audits each key that a transaction writes.</summary>
internal sealed class AuditedTransactions(IKeyValueTransactions inner, AuditLog audit) : IKeyValueTransactions
{
    public async Task<TransactionOutcome> Commit(
        Tenant tenant, KeyTransaction transaction, IdempotentRequest? request, CancellationToken cancellationToken)
    {
        // Until the executed branch is known, log the success branch as requested.
        var requested = AuditedChange.From(transaction.Success);
        var outcome = await audit.Record(
            tenant, requested, inner.Commit(tenant, transaction, request, cancellationToken),
            outcome => Outcome(outcome, outcome.Succeeded));
        if (!outcome.Succeeded)
            audit.Write(tenant, AuditedChange.From(transaction.Failure), Outcome(outcome, isApplied: true));
        return outcome;
    }

    private static (string, long?) Outcome(TransactionOutcome outcome, bool isApplied) => (
        isApplied && outcome.IsReplayed ? AuditLog.Replayed : AuditLog.OutcomeOf(isApplied), outcome.Revision);
}
