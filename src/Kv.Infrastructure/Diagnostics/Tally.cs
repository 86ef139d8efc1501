using System.Diagnostics.Metrics;

namespace Kv.Infrastructure.Diagnostics;

/// <summary>
/// A counter that reports 0 from its creation. A counter that appears only with its first event shows no increase that
/// could raise an alert.
/// </summary>
internal sealed class Tally
{
    private long _count;

    public Tally(Meter meter, string name, string unit, string description) =>
        meter.CreateObservableCounter(name, () => Volatile.Read(ref _count), unit, description);

    public void Add(long count = 1) => Interlocked.Add(ref _count, count);
}
