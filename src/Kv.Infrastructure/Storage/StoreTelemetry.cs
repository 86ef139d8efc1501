using System.Diagnostics.Metrics;
using Kv.Infrastructure.Diagnostics;

namespace Kv.Infrastructure.Storage;

/// <summary>
/// The metrics of the store, for either engine. The instruments are static. Without a listener a measurement costs one
/// field read.
/// </summary>
internal static class StoreTelemetry
{
    private static readonly Meter Meter = new(Telemetry.Name);

    /// <summary>How long calls of the store took, in seconds, by <c>operation</c> and <c>outcome</c>.</summary>
    public static readonly Histogram<double> OperationDuration = Meter.CreateHistogram(
        "kv.store.operation.duration", "s", "How long calls of the store took, by operation and outcome.",
        advice: new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries =
                [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
        });

    /// <summary>How many writes shared one commit.</summary>
    public static readonly Histogram<int> CommitBatchSize = BatchSize(
        "kv.store.commit.batch_size", "How many writes shared one commit of the engine.");

    /// <summary>How many reads shared one call of etcd.</summary>
    public static readonly Histogram<int> ReadBatchSize = BatchSize(
        "kv.store.read.batch_size", "How many point reads shared one call of etcd.");

    /// <summary>Leases granted for deadlines. Keys that expire in the same second share one.</summary>
    public static readonly Tally LeasesGranted = new(
        Meter, "kv.store.leases_granted", "{lease}", "Leases that etcd granted for keys that expire.");

    /// <summary>The space that the store uses, as of the last readiness check.</summary>
    public static readonly Gauge<long> SpaceUsed = Meter.CreateGauge<long>(
        "kv.store.space.used", "By", "The space that the store used at the last readiness check.");

    /// <summary>
    /// The space by which the store can grow, as of the last readiness check; not recorded when the engine does not
    /// report it.
    /// </summary>
    public static readonly Gauge<long> SpaceLeft = Meter.CreateGauge<long>(
        "kv.store.space.left", "By", "The space that the store had left at the last readiness check.");

    private static Histogram<int> BatchSize(string name, string description) => Meter.CreateHistogram(
        name, "{request}", description,
        advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 5, 10, 20, 50, 100, 200] });
}
