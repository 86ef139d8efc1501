using System.Diagnostics.Metrics;
using Kv.Domain.Watching;

namespace Kv.Infrastructure.Watching;

/// <inheritdoc cref="IWatcherStatus"/>
internal sealed class WatcherStatus : IWatcherStatus, IDisposable
{
    private readonly Meter _meter = new(Telemetry.Name);
    private readonly WatchLag _lag;
    private readonly Tally _lostRevisions;
    private SettledRevisions? _settled;
    private LostRevisions? _lost;

    public WatcherStatus(WatchLag lag)
    {
        _lag = lag;
        _lostRevisions = new Tally(
            _meter, "kv.watcher.lost_revisions", "{revision}", "Revisions that the store forgot before the watcher had read them.");
        _meter.CreateObservableGauge(
            "kv.watcher.leading", () => IsLeader ? 1 : 0, description: "1 where this replica watches and calls webhooks, 0 elsewhere.");
        _meter.CreateObservableGauge(
            "kv.watcher.settled_revision", Settled, "{revision}",
            "The revision up to which all deliveries are made, or stored for another attempt.");
    }

    public bool IsLeader => Volatile.Read(ref _settled) is not null;

    public long SettledRevision => Volatile.Read(ref _settled)?.Through ?? 0;

    public WatcherLag? Lag => _lag.Current;

    public LostRevisions? Lost => Volatile.Read(ref _lost);

    /// <summary>This replica leads, and settles revisions; null when it does no longer.</summary>
    public void Leads(SettledRevisions? settled) => Volatile.Write(ref _settled, settled);

    public void HasLost(LostRevisions lost)
    {
        Volatile.Write(ref _lost, lost);
        _lostRevisions.Add(lost.Through - lost.After);
    }

    public void Dispose() => _meter.Dispose();

    private Measurement<long>[] Settled() => Volatile.Read(ref _settled) is { } settled ? [new(settled.Through)] : [];
}
