using System.Runtime.CompilerServices;
using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Changes;

/// <summary>
/// A store that keeps data for the followers of its feed that a change does not contain: the trace of a write, beside
/// it in the store, and the time of the write, in this replica's memory.
/// </summary>
internal sealed class TracedStore(IStore inner, WriteTraces traces, WatchLag lag) : StoreDecorator(inner)
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<CommitResult> Commit(Transaction transaction, CancellationToken cancellationToken)
    {
        var traced = traces.Keep(transaction);
        CommitResult result;
        try
        {
            result = await Inner.Commit(traced, cancellationToken);
        }
        catch (StoreOutOfSpaceException) when (!ReferenceEquals(traced, transaction))
        {
            // The trace needs room. A transaction that only deletes may fit without it.
            result = await Inner.Commit(transaction, cancellationToken);
        }
        // The caller set no compare; the failed one was added for tracing. Report success.
        if (!result.Succeeded && transaction.Compares.Count == 0)
            result = result with { Succeeded = true };
        lag.Committed(transaction, result);
        return result;
    }
}
