namespace Kv.Infrastructure.Storage;

/// <summary>Reads the engine's current revision and its space.</summary>
internal sealed class StoreProbe(IStore store, StoreTelemetry telemetry, KeyLayout layout) : IStoreProbe
{
    public Task<long> CurrentRevision(CancellationToken cancellationToken) =>
        store.CurrentRevision(layout, cancellationToken);

    public async Task<StoreState?> State(CancellationToken cancellationToken)
    {
        var space = await store.State(cancellationToken);
        telemetry.Record(space);
        return space;
    }
}
