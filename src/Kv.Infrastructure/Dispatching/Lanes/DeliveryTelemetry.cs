using System.Diagnostics.Metrics;
using Kv.Infrastructure.Diagnostics;

namespace Kv.Infrastructure.Dispatching.Lanes;

/// <summary>The metrics and log messages of deliveries: failures are logged, and all outcomes are counted.</summary>
internal sealed partial class DeliveryTelemetry
{
    // In seconds: from a call within the cluster to the last attempt of a retry schedule of days.
    private static readonly double[] Latencies =
    [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 43_200,
        172_800,
    ];

    private static readonly double[] Durations =
        [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

    private readonly Histogram<double> _attempts;
    private readonly Histogram<double> _latency;
    private readonly Tally _retries;
    private readonly Tally _givenUp;
    private readonly Tally _dropped;
    private readonly Tally _disabled;
    private readonly ILogger _logger;

    public DeliveryTelemetry(IMeterFactory meters, ILogger<DeliveryTelemetry> logger)
    {
        var meter = meters.Create(Telemetry.Name);
        _logger = logger;
        _attempts = meter.CreateHistogram(
            "kv.delivery.attempt.duration", "s", "How long attempts to call a webhook took, by outcome.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Durations });
        _latency = meter.CreateHistogram(
            "kv.delivery.latency", "s", "How long after a change was written a webhook had accepted it.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Latencies });
        _retries = new Tally(
            meter, "kv.delivery.retries", "{delivery}",
            "Deliveries that were not accepted and wait for another attempt.");
        _givenUp = new Tally(meter, "kv.delivery.given_up", "{delivery}", "Deliveries that failed for good.");
        _dropped = new Tally(
            meter, "kv.delivery.dropped", "{delivery}",
            "Deliveries that were dropped, as too much waits for their webhook or its tenant is full.");
        _disabled = new Tally(
            meter, "kv.webhook.disablings", "{webhook}", "Webhooks that were disabled because they only failed.");
    }

    /// <summary>Records a completed attempt.</summary>
    public void Attempted(Webhook webhook, DeliveryId id, Attempt attempt)
    {
        _attempts.Record(attempt.Duration.TotalSeconds, new KeyValuePair<string, object?>("outcome", Outcome(attempt)));
        if (!attempt.IsAccepted)
            LogAttemptFailed(
                id, webhook.Id, webhook.Tenant.Namespace, webhook.Tenant.AppName, TargetOf(webhook),
                attempt.Error ?? $"status {attempt.Status}");
    }

    /// <summary>Records an accepted delivery.</summary>
    /// <param name="latency">The time since its change was written.</param>
    public void Delivered(TimeSpan latency) => _latency.Record(Math.Max(0, latency.TotalSeconds));

    /// <summary>Records a delivery that was not accepted and will be attempted again.</summary>
    public void WillRetry() => _retries.Add();

    /// <summary>Records a delivery that failed for good.</summary>
    public void GivenUp(Delivery delivery)
    {
        _givenUp.Add();
        LogGivenUp(delivery.Id, delivery.Attempts.Count, delivery.FailedReason!);
    }

    /// <summary>Counts a dropped delivery.</summary>
    public void Dropped() => _dropped.Add();

    /// <summary>Counts a webhook that was disabled.</summary>
    public void Disabled() => _disabled.Add();

    private static string Outcome(Attempt attempt) => attempt switch
    {
        { IsAccepted: true } => "accepted",
        { Error: null } => "refused",
        _ => "unanswered",
    };

    // A path or a query may hold a credential.
    private static string TargetOf(Webhook webhook) =>
        Uri.TryCreate(webhook.Settings.Endpoint, UriKind.Absolute, out var uri)
            ? $"{uri.Scheme}://{uri.Host}:{uri.Port}"
            : "an endpoint that is no URL";
}
