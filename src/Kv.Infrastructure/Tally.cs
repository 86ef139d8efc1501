using System.Diagnostics.Metrics;

namespace Kv.Infrastructure;

/// <summary>
/// A count that is there from the start, at 0. A counter that first shows itself with its first event shows no rise by which
/// that event could raise an alert.
/// </summary>
internal sealed class Tally
{
    private long _count;

    public Tally(Meter meter, string name, string unit, string description) =>
        meter.CreateObservableCounter(name, () => Volatile.Read(ref _count), unit, description);

    public void Add(long count = 1) => Interlocked.Add(ref _count, count);
}
