using System.Diagnostics.Metrics;
using Kv.Infrastructure.Diagnostics;

namespace Kv.Infrastructure.NearCache;

/// <summary>The metrics of the near cache.</summary>
internal sealed class CacheTelemetry : IDisposable
{
    private readonly Meter _meter = new(Telemetry.Name);
    private readonly Tally _hits;
    private readonly Tally _misses;

    /// <param name="bytes">Returns how many bytes the cache holds.</param>
    public CacheTelemetry(Func<long> bytes)
    {
        _hits = new Tally(_meter, "kv.cache.hits", "{read}", "Serializable reads that the near cache has answered.");
        _misses = new Tally(_meter, "kv.cache.misses", "{read}", "Serializable reads for which the store was asked.");
        _meter.CreateObservableGauge("kv.cache.size", bytes, "By", "The size of the near cache.");
    }

    public void Hit() => _hits.Add();

    public void Missed() => _misses.Add();

    public void Dispose() => _meter.Dispose();
}
