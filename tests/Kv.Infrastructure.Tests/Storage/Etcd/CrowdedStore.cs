using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Tests.Storage.Etcd;

/// <summary>
/// A store in which each read of a key comes with others of the same key, as under load: those behind the first one
/// share a call, and are answered from memory. The last answer counts.
/// </summary>
internal sealed class CrowdedStore(IStore inner) : StoreDecorator(inner)
{
    private const int Others = 3;

    public override ValueTask<PointRead> Get(
        StoreKey key, ReadConsistency consistency, CancellationToken cancellationToken) =>
        Last(() => Inner.Get(key, consistency, cancellationToken));

    public override ValueTask<PairRead> GetPair(
        StoreKey key, StoreKey second, ReadConsistency consistency, CancellationToken cancellationToken) =>
        Last(() => Inner.GetPair(key, second, consistency, cancellationToken));

    private static async ValueTask<T> Last<T>(Func<ValueTask<T>> read)
    {
        var reads = Enumerable.Range(0, Others + 1).Select(_ => read().AsTask()).ToList();
        await Task.WhenAll(reads);
        return await reads[^1];
    }
}
