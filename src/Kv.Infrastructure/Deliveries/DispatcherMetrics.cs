using System.Diagnostics.Metrics;

namespace Kv.Infrastructure.Deliveries;

/// <summary>
/// Shows what waits to be delivered. It is counted when somebody asks; a replica that does not lead knows nothing of it and
/// tells nothing.
/// </summary>
internal sealed class DispatcherMetrics : IDisposable
{
    private readonly Meter _meter = new(Telemetry.Name);
    private readonly WebhookDispatcher _dispatcher;
    private readonly TimeProvider _time;

    public DispatcherMetrics(WebhookDispatcher dispatcher, TimeProvider time)
    {
        (_dispatcher, _time) = (dispatcher, time);
        _meter.CreateObservableGauge("kv.webhook.registered", Webhooks, "{webhook}", "Webhooks that are registered, by state.");
        _meter.CreateObservableGauge("kv.delivery.waiting", Waiting, "{delivery}", "Deliveries that wait in memory.");
        _meter.CreateObservableGauge(
            "kv.delivery.oldest.age", OldestAge, "s", "How long ago the oldest change was seen that is not delivered.");
    }

    public void Dispose() => _meter.Dispose();

    private Measurement<int>[] Webhooks()
    {
        if (_dispatcher.Lanes is not { } lanes)
            return [];
        var (all, disabled) = lanes.Webhooks;
        return [State("active", all - disabled), State("disabled", disabled)];
    }

    private Measurement<int>[] Waiting() => _dispatcher.Current is { } backlog ? [new(backlog.Waiting)] : [];

    private Measurement<double>[] OldestAge() =>
        _dispatcher.Current is { } backlog ? [new(backlog.Age(_time.GetUtcNow()).TotalSeconds)] : [];

    private static Measurement<int> State(string state, int count) => new(count, new KeyValuePair<string, object?>("state", state));
}
