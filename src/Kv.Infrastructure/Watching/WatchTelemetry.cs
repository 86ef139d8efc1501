using System.Diagnostics.Metrics;
using Kv.Infrastructure.Diagnostics;

namespace Kv.Infrastructure.Watching;

/// <summary>The metrics of the watches of this process.</summary>
internal sealed class WatchTelemetry
{
    private readonly Tally _cutOff;

    public WatchTelemetry(IMeterFactory meters, KeyChangeHub hub)
    {
        var meter = meters.Create(Telemetry.Name);
        meter.CreateObservableUpDownCounter(
            "kv.watch.subscribers", () => hub.Watches, "{watch}", "Watches and long polls that are open.");
        meter.CreateObservableUpDownCounter(
            "kv.watch.upstreams", () => hub.IsWatching ? 1 : 0, "{watch}",
            "Watches of the store behind them: one, or none.");
        _cutOff = new Tally(
            meter, "kv.watch.cut_off", "{watch}", "Watches that were cut off because they were not read fast enough.");
    }

    public void WasTooSlow() => _cutOff.Add();
}
