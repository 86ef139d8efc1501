using System.Diagnostics.Metrics;

namespace Kv.Infrastructure.Storage;

/// <summary>Shows how many requests wait for the engine. They are counted when somebody asks, and at no other time.</summary>
internal sealed class StoreQueues : IDisposable
{
    private readonly Meter _meter = new(Telemetry.Name);

    /// <param name="queues">The queues by their names, each with what tells its length.</param>
    public StoreQueues(params (string Name, Func<int> Length)[] queues) => _meter.CreateObservableGauge(
        "kv.store.queue.length",
        () => queues.Select(queue => new Measurement<int>(queue.Length(), new KeyValuePair<string, object?>("queue", queue.Name))),
        "{request}", "Requests that wait for the engine, by queue.");

    public void Dispose() => _meter.Dispose();
}
