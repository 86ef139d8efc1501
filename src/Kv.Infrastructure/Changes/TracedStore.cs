using System.Runtime.CompilerServices;

namespace Kv.Infrastructure.Changes;

/// <summary>
/// A store that keeps what followers of its feed need and a change does not contain: the trace of a write, next to it
/// in the store, and the time of the write, in this replica's memory.
/// </summary>
internal sealed class TracedStore(IStore inner, WriteTraces traces, WatchLag lag) : StoreDecorator(inner)
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<CommitResult> Commit(Transaction transaction, CancellationToken cancellationToken)
    {
        var traced = traces.Extend(transaction);
        CommitResult result;
        try
        {
            result = await Inner.Commit(traced, cancellationToken);
        }
        catch (StoreOutOfSpaceException) when (!ReferenceEquals(traced, transaction))
        {
            // The trace needs space. A transaction that only deletes may fit without it.
            result = await Inner.Commit(transaction, cancellationToken);
        }
        // The caller set no compare; the failed one was added for tracing. Report success.
        if (!result.Succeeded && transaction.Compares.Count == 0)
            result = result with { Succeeded = true };
        lag.Committed(transaction, result);
        return result;
    }
}
