using System.Diagnostics.Metrics;
using Kv.Domain.Watching;
using Kv.Infrastructure.Changes;
using Kv.Infrastructure.Diagnostics;
using Kv.Infrastructure.Dispatching.Lanes;

namespace Kv.Infrastructure.Dispatching.Leading;

/// <summary>The status of the lead, and of waiting deliveries while this replica leads.</summary>
internal sealed class WatcherStatus : IWatcherStatus, IDeliveryBacklog
{
    private readonly WatchLag _lag;
    private readonly Tally _lostRevisions;
    private Term? _term;
    private LostRevisions? _lost;
    private Clock? _clock;

    public WatcherStatus(WatchLag lag, IMeterFactory meters, TimeProvider time)
    {
        _lag = lag;
        var meter = meters.Create(Telemetry.Name);
        _lostRevisions = new Tally(
            meter, "kv.watcher.lost_revisions", "{revision}",
            "Revisions that the store forgot before the watcher had read them.");
        meter.CreateObservableGauge(
            "kv.watcher.leading", () => IsLeader ? 1 : 0,
            description: "1 where this replica watches and calls webhooks, 0 elsewhere.");
        meter.CreateObservableGauge(
            "kv.watcher.settled_revision", () => Of(Volatile.Read(ref _term)?.Settled.Through), "{revision}",
            "The revision up to which all deliveries are sent, or stored for another attempt.");
        meter.CreateObservableGauge(
            "kv.clock.difference", () => Of(IsLeader ? 0 : ClockDifference?.TotalSeconds), "s",
            "How far this replica's clock is ahead of the leader's, at least; negative where it is behind, and 0 on " +
            "the leader.");
        meter.CreateObservableGauge(
            "kv.webhook.registered", Webhooks, "{webhook}", "Webhooks that are registered, by state.");
        meter.CreateObservableGauge(
            "kv.delivery.waiting", () => Of(Lanes?.Backlog().Waiting), "{delivery}", "Deliveries that wait in memory.");
        meter.CreateObservableGauge(
            "kv.delivery.oldest.age", () => Of(Lanes?.Backlog().Age(time.GetUtcNow()).TotalSeconds), "s",
            "How long ago the oldest change was seen that is not delivered.");
    }

    /// <summary>The webhooks of this replica's term; null while another replica leads.</summary>
    public WebhookLanes? Lanes => Volatile.Read(ref _term)?.Lanes;

    public bool IsLeader => Volatile.Read(ref _term) is not null;

    public long SettledRevision => Volatile.Read(ref _term)?.Settled.Through ?? 0;

    public WatcherLag? Lag => _lag.Current;

    public LostRevisions? Lost => Volatile.Read(ref _lost);

    public TimeSpan? ClockDifference => Volatile.Read(ref _clock)?.Difference;

    DeliveryBacklog? IDeliveryBacklog.Current => Lanes?.Backlog();

    /// <summary>Records that this replica leads.</summary>
    public void BeginTerm(SettledRevisions settled, WebhookLanes lanes) =>
        Volatile.Write(ref _term, new Term(settled, lanes));

    /// <summary>Records that this replica no longer leads.</summary>
    public void EndTerm() => Volatile.Write(ref _term, null);

    public void RecordLost(LostRevisions lost)
    {
        Volatile.Write(ref _lost, lost);
        _lostRevisions.Add(lost.Through - lost.After);
    }

    /// <summary>
    /// Records the difference between this replica's clock and the leader's; null while this replica leads.
    /// </summary>
    public void RecordClockDifference(TimeSpan? difference) =>
        Volatile.Write(ref _clock, difference is { } known ? new Clock(known) : null);

    private Measurement<int>[] Webhooks()
    {
        if (Lanes is not { } lanes)
            return [];
        var (all, disabled) = lanes.Webhooks;
        return [State("active", all - disabled), State("disabled", disabled)];
    }

    private static Measurement<int> State(string state, int count) =>
        new(count, new KeyValuePair<string, object?>("state", state));

    // A replica that has no value reports none.
    private static Measurement<T>[] Of<T>(T? value)
        where T : struct =>
        value is { } known ? [new(known)] : [];

    private sealed record Clock(TimeSpan Difference);

    private sealed record Term(SettledRevisions Settled, WebhookLanes Lanes);
}
