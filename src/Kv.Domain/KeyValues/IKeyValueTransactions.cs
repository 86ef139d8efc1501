using Kv.Domain.Idempotency;
using Kv.Domain.Storage;
using Kv.Domain.Tenants;

namespace Kv.Domain.KeyValues;

/// <summary>Transactions over the keys of a tenant, each one transaction of the store.</summary>
public interface IKeyValueTransactions
{
    /// <summary>Does a transaction.</summary>
    /// <param name="tenant">Whose keys.</param>
    /// <param name="transaction">The transaction. One that may be repeated reads nothing: what it read could not be told again.</param>
    /// <param name="request">The name under which it may be repeated; null for none.</param>
    /// <param name="cancellationToken">Gives up waiting. It may be done all the same.</param>
    /// <exception cref="IdempotencyKeyReusedException">Another request was made under that name.</exception>
    /// <exception cref="StoreOutOfSpaceException">The store has no room.</exception>
    /// <exception cref="StoreRejectedException">The store takes no transaction of this size.</exception>
    /// <exception cref="StoreUnavailableException">The store cannot be asked in time.</exception>
    Task<TransactionOutcome> Commit(
        Tenant tenant, KeyTransaction transaction, IdempotentRequest? request, CancellationToken cancellationToken);
}
