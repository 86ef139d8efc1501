using Kv.Domain.Idempotency;

namespace Kv.Domain.Transactions;

/// <summary>Commits transactions over the keys of a tenant. Each is one transaction of the store.</summary>
public interface IKeyValueTransactions
{
    /// <summary>Commits a transaction.</summary>
    /// <param name="transaction">
    /// The transaction. With an idempotency key it must not read, because a repetition could not return the same
    /// values.
    /// </param>
    /// <param name="request">The idempotency key of the request; null for none.</param>
    /// <param name="cancellationToken">Stops waiting. It may still happen.</param>
    /// <exception cref="IdempotencyKeyReusedException">
    /// The idempotency key was used for a different request.
    /// </exception>
    /// <exception cref="StoreOutOfSpaceException">The store is full.</exception>
    /// <exception cref="StoreRejectedException">The store rejects a transaction of this size.</exception>
    /// <exception cref="StoreUnavailableException">The store does not answer in time.</exception>
    Task<TransactionOutcome> Commit(
        Tenant tenant, KeyTransaction transaction, IdempotentRequest? request, CancellationToken cancellationToken);
}
