using Kv.Application.Audit;
using Kv.Domain.Audit;

namespace Kv.Infrastructure.Audit;

/// <content>Removals: an audit record must not prevent a write that frees space.</content>
internal sealed partial class AuditRecords
{
    /// <summary>
    /// Commits a removal with its record. When the store has no room for the record, the removal is committed without
    /// it, and the log says so: a removal needs no room, and may free some or revoke a credential.
    /// </summary>
    /// <param name="removal">The removal. When its conditions hold, there must be something to remove.</param>
    /// <param name="tenant">The tenant; null for the deployment.</param>
    /// <param name="operation">The name of the operation in the audit.</param>
    public ValueTask<CommitResult> Remove<T>(
        IStore store, Transaction removal, Tenant? tenant, string operation, T target,
        CancellationToken cancellationToken)
        where T : notnull => Remove(
        store, removal, tenant, _actor is null ? [] : [new AuditedChange(operation, target.ToString()!)],
        cancellationToken);

    /// <inheritdoc cref="Remove{T}"/>
    /// <param name="tenant">The tenant; null for the deployment.</param>
    public async ValueTask<CommitResult> Remove(
        IStore store, Transaction removal, Tenant? tenant, AuditedChange[] changes, CancellationToken cancellationToken)
    {
        var recorded = _actor is null
            ? removal
            : new Transaction(removal.Compares, [.. removal.Then, Record(_actor, tenant, changes)], removal.Otherwise);
        try
        {
            return await store.Commit(recorded, cancellationToken);
        }
        catch (StoreOutOfSpaceException) when (_actor is not null)
        {
            var result = await store.Commit(removal, cancellationToken);
            if (result.Succeeded)
                foreach (var (done, target) in changes)
                    LogUnrecorded(done, LogText.Escape(target)!, tenant?.Namespace, tenant?.AppName);
            return result;
        }
    }
}
