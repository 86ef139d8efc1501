using Kv.Application.Audit;
using Kv.Domain.Storage;
using Kv.Domain.Tenants;
using Kv.Infrastructure.Storage;
using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Audit;

/// <content>What only removes: a record must not be in the way of what makes room.</content>
internal sealed partial class AuditRecords
{
    /// <summary>
    /// Does what only removes, with its record. Where the store has no room for that, it is done without: it needs none itself, and may be
    /// what makes some, or takes a credential away. The log says so.
    /// </summary>
    /// <param name="store">Where it is done.</param>
    /// <param name="removal">The removal. Where its conditions hold there must be something to remove.</param>
    /// <param name="tenant">Whose it is; null where it is about the deployment.</param>
    /// <param name="operation">What the audit calls it.</param>
    /// <param name="target">What is removed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<CommitResult> Remove<T>(
        IStore store, Transaction removal, Tenant? tenant, string operation, T target, CancellationToken cancellationToken)
        where T : notnull
    {
        var recorded = _actor is null
            ? removal
            : new Transaction(removal.Compares, With(removal.Then, tenant, operation, target), removal.Otherwise);
        try
        {
            return await store.Commit(recorded, cancellationToken);
        }
        catch (StoreOutOfSpaceException) when (_actor is not null)
        {
            var result = await store.Commit(removal, cancellationToken);
            if (result.Succeeded)
                LogUnrecorded(operation, LogText.Of(target.ToString())!, tenant?.Namespace, tenant?.AppName);
            return result;
        }
    }

    [LoggerMessage(
        LogLevel.Warning,
        "The store has no room for a record of the audit, so {Operation} {Target} of ({Namespace}, {AppName}) was done without: it keeps none of it")]
    private partial void LogUnrecorded(string operation, string target, string? @namespace, string? appName);
}
