namespace Kv.Infrastructure.Storage;

/// <summary>
/// The store for background work: a read without an answer is repeated until it succeeds or is cancelled. Writes are
/// not repeated, as their outcome may be unknown.
/// </summary>
internal sealed class RetryingStore(IStore inner, TimeProvider time) : StoreDecorator(inner, leavesOpen: true)
{
    public override async ValueTask<PointRead> Get(
        StoreKey key, ReadConsistency consistency, CancellationToken cancellationToken) =>
        await Retry(() => Inner.Get(key, consistency, cancellationToken).AsTask(), cancellationToken);

    public override async ValueTask<PairRead> GetPair(
        StoreKey first, StoreKey second, ReadConsistency consistency, CancellationToken cancellationToken) =>
        await Retry(() => Inner.GetPair(first, second, consistency, cancellationToken).AsTask(), cancellationToken);

    public override Task<RangePage> Range(RangeQuery query, CancellationToken cancellationToken) =>
        Retry(() => Inner.Range(query, cancellationToken), cancellationToken);

    public override Task<long> Count(KeyRange range, long revision, CancellationToken cancellationToken) =>
        Retry(() => Inner.Count(range, revision, cancellationToken), cancellationToken);

    private Task<T> Retry<T>(Func<Task<T>> read, CancellationToken cancellationToken) =>
        Backoff.Retry<T, StoreUnavailableException>(read, time, null, cancellationToken);
}
