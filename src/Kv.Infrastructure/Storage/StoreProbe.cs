using Kv.Domain.Storage;

namespace Kv.Infrastructure.Storage;

/// <summary>Reads the engine's present revision and its space.</summary>
internal sealed class StoreProbe(IStore store, KeyLayout layout) : IStoreProbe
{
    public Task<long> CurrentRevision(CancellationToken cancellationToken) => store.Present(layout, cancellationToken);

    public async Task<StoreState?> State(CancellationToken cancellationToken)
    {
        var space = await store.State(cancellationToken);
        if (space?.Used is { } used)
            StoreTelemetry.SpaceUsed.Record(used);
        if (space?.Left is { } left)
            StoreTelemetry.SpaceLeft.Record(left);
        return space;
    }
}
