using Kv.Domain.Storage;

namespace Kv.Infrastructure.Storage;

/// <summary>Asks the engine for a key that is never there: the cheapest linearizable read.</summary>
internal sealed class StoreProbe(IStore store, KeyLayout layout) : IStoreProbe
{
    public async Task<long> CurrentRevision(CancellationToken cancellationToken) =>
        (await store.Get(layout.Nothing, ReadConsistency.Linearizable, cancellationToken)).Revision;

    public async Task<StoreSpace?> Space(CancellationToken cancellationToken)
    {
        var space = await store.Space(cancellationToken);
        if (space?.Used is { } used)
            StoreMetrics.SpaceUsed.Record(used);
        if (space?.Left is { } left)
            StoreMetrics.SpaceLeft.Record(left);
        return space;
    }
}
