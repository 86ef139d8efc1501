using Kv.Domain.Storage;

namespace Kv.Infrastructure.Storage;

/// <summary>Asks the engine for a key that is never there: the cheapest linearizable read.</summary>
internal sealed class StoreProbe(IStore store, KeyLayout layout) : IStoreProbe
{
    public async Task<long> CurrentRevision(CancellationToken cancellationToken) =>
        (await store.Get(layout.Nothing, ReadConsistency.Linearizable, cancellationToken)).Revision;

    public Task<string?> OutOfSpace(CancellationToken cancellationToken) => store.OutOfSpace(cancellationToken);
}
