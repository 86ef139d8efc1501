using System.Runtime.CompilerServices;
using Kv.Domain.Storage;

namespace Kv.Infrastructure.Storage;

/// <summary>
/// The store for all callers outside the engine: it measures each call, traces it with its request, and records whether
/// the store answers. The state of the most frequent calls is pooled, so that measuring allocates nothing.
/// </summary>
internal sealed class MeasuredStore(IStore inner, StoreAvailability availability, TimeProvider time)
    : StoreDecorator(inner)
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<PointRead> Get(
        StoreKey key, ReadConsistency consistency, CancellationToken cancellationToken)
    {
        LeaveContext();
        var call = StoreCall.Begin("get", Learning(consistency), time);
        try
        {
            var read = await Inner.Get(key, consistency, cancellationToken);
            call.Succeeded();
            return read;
        }
        catch (Exception error)
        {
            call.Failed(error);
            throw;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<PairRead> GetPair(
        StoreKey key, StoreKey beside, ReadConsistency consistency, CancellationToken cancellationToken)
    {
        LeaveContext();
        var call = StoreCall.Begin("get", Learning(consistency), time);
        try
        {
            var read = await Inner.GetPair(key, beside, consistency, cancellationToken);
            call.Succeeded();
            return read;
        }
        catch (Exception error)
        {
            call.Failed(error);
            throw;
        }
    }

    public override Task<RangePage> Range(RangeQuery query, CancellationToken cancellationToken) =>
        Measure("range", () => Inner.Range(query, cancellationToken));

    public override Task<long> Count(KeyRange range, long revision, CancellationToken cancellationToken) =>
        Measure("count", () => Inner.Count(range, revision, cancellationToken));

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<CommitResult> Commit(Transaction transaction, CancellationToken cancellationToken)
    {
        LeaveContext();
        var call = StoreCall.Begin("commit", availability, time);
        try
        {
            var result = await Inner.Commit(transaction, cancellationToken);
            call.Committed(result.Succeeded);
            return result;
        }
        catch (Exception error)
        {
            call.Failed(error);
            throw;
        }
    }

    // One member may answer a serializable read while the cluster has no leader: it proves nothing about the store.
    private StoreAvailability? Learning(ReadConsistency consistency) =>
        consistency == ReadConsistency.Linearizable ? availability : null;

    private async Task<T> Measure<T>(string operation, Func<Task<T>> ask)
    {
        LeaveContext();
        var call = StoreCall.Begin(operation, availability, time);
        try
        {
            var answer = await ask();
            call.Succeeded();
            return answer;
        }
        catch (Exception error)
        {
            call.Failed(error);
            throw;
        }
    }

    // The engines do work of several callers at once: it must not wait for the turns of the one caller that began it.
    // An async method restores its caller's context.
    private static void LeaveContext() => SynchronizationContext.SetSynchronizationContext(null);
}
