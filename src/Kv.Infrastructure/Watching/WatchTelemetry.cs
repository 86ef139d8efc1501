using System.Diagnostics.Metrics;
using Kv.Infrastructure.Diagnostics;

namespace Kv.Infrastructure.Watching;

/// <summary>The metrics of the watches of this process.</summary>
internal sealed class WatchTelemetry : IDisposable
{
    private readonly Meter _meter = new(Telemetry.Name);
    private readonly UpDownCounter<long> _subscribers;
    private readonly UpDownCounter<long> _upstreams;
    private readonly Tally _cutOff;

    public WatchTelemetry()
    {
        _subscribers = _meter.CreateUpDownCounter<long>(
            "kv.watch.subscribers", "{watch}", "Watches and long polls that are open.");
        _upstreams = _meter.CreateUpDownCounter<long>(
            "kv.watch.upstreams", "{watch}", "Watches of the store behind them: one, or none.");
        _cutOff = new Tally(
            _meter, "kv.watch.cut_off", "{watch}", "Watches that were cut off because they were not read fast enough.");
    }

    public void Opened() => _subscribers.Add(1);

    public void Closed() => _subscribers.Add(-1);

    public void UpstreamBegan() => _upstreams.Add(1);

    public void UpstreamEnded() => _upstreams.Add(-1);

    public void WasTooSlow() => _cutOff.Add();

    public void Dispose() => _meter.Dispose();
}
