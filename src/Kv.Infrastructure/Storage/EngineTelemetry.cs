using System.Diagnostics.Metrics;
using Kv.Infrastructure.Diagnostics;

namespace Kv.Infrastructure.Storage;

/// <summary>The metrics of an engine's queues, batches and leases.</summary>
internal sealed class EngineTelemetry
{
    private readonly Meter _meter;

    public EngineTelemetry(IMeterFactory meters)
    {
        _meter = meters.Create(Telemetry.Name);
        CommitBatchSize = BatchSize("kv.store.commit.batch_size", "How many writes shared one commit of the engine.");
        ReadBatchSize = BatchSize("kv.store.read.batch_size", "How many point reads shared one call of etcd.");
        LeasesGranted = new Tally(
            _meter, "kv.store.leases_granted", "{lease}", "Leases that etcd granted for keys that expire.");
    }

    public Histogram<int> CommitBatchSize { get; }

    public Histogram<int> ReadBatchSize { get; }

    /// <summary>Leases granted for deadlines. Keys that expire in the same second share one.</summary>
    public Tally LeasesGranted { get; }

    public void Observe(params (string Name, Func<int> Length)[] queues) => _meter.CreateObservableGauge(
        "kv.store.queue.length",
        () => queues.Select(queue =>
            new Measurement<int>(queue.Length(), new KeyValuePair<string, object?>("queue", queue.Name))),
        "{request}", "Requests that wait for the engine, by queue.");

    private Histogram<int> BatchSize(string name, string description) => _meter.CreateHistogram(
        name, "{request}", description,
        advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 5, 10, 20, 50, 100, 200] });
}
