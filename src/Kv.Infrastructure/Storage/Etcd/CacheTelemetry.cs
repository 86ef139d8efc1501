using System.Diagnostics.Metrics;
using Kv.Infrastructure.Diagnostics;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>The metrics of the near cache.</summary>
internal sealed class CacheTelemetry
{
    private readonly Tally _hits;
    private readonly Tally _misses;

    public CacheTelemetry(IMeterFactory meters, Func<long> bytes)
    {
        var meter = meters.Create(Telemetry.Name);
        _hits = new Tally(meter, "kv.cache.hits", "{read}", "Reads of a key that were answered from memory.");
        _misses = new Tally(meter, "kv.cache.misses", "{read}", "Reads of a key for which etcd was asked.");
        meter.CreateObservableGauge("kv.cache.size", bytes, "By", "The size of the near cache.");
    }

    public void Hit(int reads = 1) => _hits.Add(reads);

    public void Missed() => _misses.Add();
}
