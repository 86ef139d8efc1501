using System.Diagnostics.Metrics;

namespace Kv.Infrastructure.Dispatching.Leading;

/// <summary>
/// The metrics of waiting deliveries. They are computed when they are read; a replica that does not lead reports none.
/// </summary>
internal sealed class DispatcherTelemetry
{
    private readonly WatcherStatus _status;
    private readonly TimeProvider _time;

    public DispatcherTelemetry(WatcherStatus status, Meter meter, TimeProvider time)
    {
        (_status, _time) = (status, time);
        meter.CreateObservableGauge(
            "kv.webhook.registered", Webhooks, "{webhook}", "Webhooks that are registered, by state.");
        meter.CreateObservableGauge("kv.delivery.waiting", Waiting, "{delivery}", "Deliveries that wait in memory.");
        meter.CreateObservableGauge(
            "kv.delivery.oldest.age", OldestAge, "s", "How long ago the oldest change was seen that is not delivered.");
    }

    private Measurement<int>[] Webhooks()
    {
        if (_status.Lanes is not { } lanes)
            return [];
        var (all, disabled) = lanes.Webhooks;
        return [State("active", all - disabled), State("disabled", disabled)];
    }

    private Measurement<int>[] Waiting() => _status.Lanes?.Backlog() is { } backlog ? [new(backlog.Waiting)] : [];

    private Measurement<double>[] OldestAge() =>
        _status.Lanes?.Backlog() is { } backlog ? [new(backlog.Age(_time.GetUtcNow()).TotalSeconds)] : [];

    private static Measurement<int> State(string state, int count) =>
        new(count, new KeyValuePair<string, object?>("state", state));
}
