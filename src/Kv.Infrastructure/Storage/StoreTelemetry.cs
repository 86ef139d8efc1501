using System.Diagnostics.Metrics;
using Kv.Infrastructure.Diagnostics;

namespace Kv.Infrastructure.Storage;

/// <summary>The metrics of the calls of the store, and of its space.</summary>
internal sealed class StoreTelemetry
{
    private readonly Gauge<long> _spaceUsed;
    private readonly Gauge<long> _spaceLeft;

    public StoreTelemetry(IMeterFactory meters)
    {
        var meter = meters.Create(Telemetry.Name);
        OperationDuration = meter.CreateHistogram(
            "kv.store.operation.duration", "s", "How long calls of the store took, by operation and outcome.",
            advice: new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries =
                    [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
            });
        _spaceUsed = meter.CreateGauge<long>(
            "kv.store.space.used", "By", "The space that the store used at the last readiness check.");
        _spaceLeft = meter.CreateGauge<long>(
            "kv.store.space.left", "By", "The space that the store had left at the last readiness check.");
    }

    /// <summary>How long calls of the store took, in seconds, by <c>operation</c> and <c>outcome</c>.</summary>
    public Histogram<double> OperationDuration { get; }

    public void Record(StoreState? space)
    {
        if (space?.Used is { } used)
            _spaceUsed.Record(used);
        if (space?.Left is { } left)
            _spaceLeft.Record(left);
    }
}
