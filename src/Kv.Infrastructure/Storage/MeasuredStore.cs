using System.Runtime.CompilerServices;
using Kv.Domain.Storage;
using Kv.Infrastructure.Watching;

namespace Kv.Infrastructure.Storage;

/// <summary>
/// The store as everybody but its engine knows it: each call is measured, and traced with the request that makes it. The calls that every request makes take their
/// state from a pool, so that measuring allocates nothing.
/// </summary>
internal sealed class MeasuredStore(IStore inner, WatchLag lag, WriteTraces traces, TimeProvider time) : IStore
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<PointRead> Get(StoreKey key, ReadConsistency consistency, CancellationToken cancellationToken)
    {
        var call = StoreCall.Begin("get", time);
        try
        {
            var read = await inner.Get(key, consistency, cancellationToken);
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
    public async ValueTask<PairRead> GetPair(
        StoreKey key, StoreKey beside, ReadConsistency consistency, CancellationToken cancellationToken)
    {
        var call = StoreCall.Begin("get", time);
        try
        {
            var read = await inner.GetPair(key, beside, consistency, cancellationToken);
            call.Succeeded();
            return read;
        }
        catch (Exception error)
        {
            call.Failed(error);
            throw;
        }
    }

    public Task<RangePage> Range(RangeQuery query, CancellationToken cancellationToken) =>
        Measure("range", () => inner.Range(query, cancellationToken));

    public Task<long> Count(KeyRange range, long revision, CancellationToken cancellationToken) =>
        Measure("count", () => inner.Count(range, revision, cancellationToken));

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<CommitResult> Commit(Transaction transaction, CancellationToken cancellationToken)
    {
        // Of the request, not of this call.
        var traced = traces.Keep(transaction);
        var call = StoreCall.Begin("commit", time);
        try
        {
            CommitResult result;
            try
            {
                result = await inner.Commit(traced, cancellationToken);
                // Whoever asked for no condition knows of none: it was the trace's.
                if (!result.Succeeded && transaction.Compares.Count == 0)
                    result = result with { Succeeded = true };
            }
            catch (StoreOutOfSpaceException) when (!ReferenceEquals(traced, transaction))
            {
                // What only removes finds room where its trace does not.
                result = await inner.Commit(transaction, cancellationToken);
            }
            call.Committed(result.Succeeded);
            lag.Committed(transaction, result);
            return result;
        }
        catch (Exception error)
        {
            call.Failed(error);
            throw;
        }
    }

    public IAsyncEnumerable<ChangeSet> Watch(KeyRange range, long fromRevision, CancellationToken cancellationToken) =>
        inner.Watch(range, fromRevision, cancellationToken);

    public Task<IStoreLock> Lock(StoreKey name, TimeSpan timeToLive, CancellationToken cancellationToken) =>
        inner.Lock(name, timeToLive, cancellationToken);

    public Task<StoreSpace?> Space(CancellationToken cancellationToken) => inner.Space(cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private async Task<T> Measure<T>(string operation, Func<Task<T>> ask)
    {
        var call = StoreCall.Begin(operation, time);
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
}
