using Kv.Domain.Storage;

namespace Kv.Infrastructure.Storage;

/// <summary>
/// The store for background work: a read that gets no answer is repeated until it succeeds or is cancelled. Writes are
/// not repeated, as their outcome may be unknown.
/// </summary>
internal sealed class PatientStore(IStore inner, TimeProvider time) : StoreDecorator(inner, leavesOpen: true)
{
    public override async ValueTask<PointRead> Get(
        StoreKey key, ReadConsistency consistency, CancellationToken cancellationToken) =>
        await Repeat(() => Inner.Get(key, consistency, cancellationToken).AsTask(), cancellationToken);

    public override async ValueTask<PairRead> GetPair(
        StoreKey key, StoreKey beside, ReadConsistency consistency, CancellationToken cancellationToken) =>
        await Repeat(() => Inner.GetPair(key, beside, consistency, cancellationToken).AsTask(), cancellationToken);

    public override Task<RangePage> Range(RangeQuery query, CancellationToken cancellationToken) =>
        Repeat(() => Inner.Range(query, cancellationToken), cancellationToken);

    public override Task<long> Count(KeyRange range, long revision, CancellationToken cancellationToken) =>
        Repeat(() => Inner.Count(range, revision, cancellationToken), cancellationToken);

    private Task<T> Repeat<T>(Func<Task<T>> read, CancellationToken cancellationToken) =>
        Backoff.Insist<T, StoreUnavailableException>(read, time, null, cancellationToken);
}
