using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Kv.Testing;

/// <summary>Creates meters outside a host.</summary>
public sealed class Meters : IMeterFactory
{
    /// <summary>A factory for tests that read no metrics.</summary>
    public static readonly Meters Factory = new();

    private readonly ConcurrentBag<Meter> _meters = [];

    /// <summary>Reads an observable instrument of a factory's meters, summed over its tags.</summary>
    public static long Read(IMeterFactory factory, string instrument)
    {
        var total = 0L;
        using var listener = new MeterListener
        {
            InstrumentPublished = (published, listening) =>
            {
                if (published.Name == instrument && published.Meter.Scope == factory)
                    listening.EnableMeasurementEvents(published);
            },
        };
        listener.SetMeasurementEventCallback<int>((_, value, _, _) => total += value);
        listener.Start();
        listener.RecordObservableInstruments();
        return total;
    }

    /// <inheritdoc/>
    public Meter Create(MeterOptions options)
    {
        options.Scope = this;
        var meter = new Meter(options);
        _meters.Add(meter);
        return meter;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var meter in _meters)
            meter.Dispose();
    }
}
