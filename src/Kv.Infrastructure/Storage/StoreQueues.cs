using System.Diagnostics.Metrics;
using Kv.Infrastructure.Diagnostics;

namespace Kv.Infrastructure.Storage;

/// <summary>
/// Reports how many requests wait for the engine. The queues are counted only when the metric is read.
/// </summary>
internal sealed class StoreQueues : IDisposable
{
    private readonly Meter _meter = new(Telemetry.Name);

    /// <param name="queues">The queues: a name and a function that returns the length.</param>
    public StoreQueues(params (string Name, Func<int> Length)[] queues) => _meter.CreateObservableGauge(
        "kv.store.queue.length",
        () => queues.Select(
            queue => new Measurement<int>(queue.Length(), new KeyValuePair<string, object?>("queue", queue.Name))),
        "{request}", "Requests that wait for the engine, by queue.");

    public void Dispose() => _meter.Dispose();
}
