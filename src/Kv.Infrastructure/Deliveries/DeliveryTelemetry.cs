using System.Diagnostics.Metrics;
using Kv.Domain.Deliveries;
using Kv.Domain.Storage;
using Kv.Domain.Webhooks;
using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Deliveries;

/// <summary>What an operator can see of the deliveries: log lines for what goes wrong, counters for everything.</summary>
internal sealed partial class DeliveryTelemetry : IDisposable
{
    // In seconds: from a call within the cluster to the last of a retry schedule of days.
    private static readonly double[] Latencies =
        [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 43_200, 172_800];

    private static readonly double[] Durations = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

    private readonly Meter _meter = new(Telemetry.Name);
    private readonly Histogram<double> _attempts;
    private readonly Histogram<double> _latency;
    private readonly Tally _retries;
    private readonly Tally _givenUp;
    private readonly ILogger _logger;

    public DeliveryTelemetry(ILogger<DeliveryTelemetry> logger)
    {
        _logger = logger;
        _attempts = _meter.CreateHistogram(
            "kv.delivery.attempt.duration", "s", "How long attempts to call a webhook took, by outcome.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Durations });
        _latency = _meter.CreateHistogram(
            "kv.delivery.latency", "s", "How long after a change was written a webhook had accepted it.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Latencies });
        _retries = new Tally(
            _meter, "kv.delivery.retries", "{delivery}", "Deliveries that were not accepted and wait for another attempt.");
        _givenUp = new Tally(_meter, "kv.delivery.given_up", "{delivery}", "Deliveries that failed for good.");
    }

    /// <summary>An attempt came to its end.</summary>
    public void Attempted(Webhook webhook, DeliveryId id, Attempt attempt)
    {
        _attempts.Record(attempt.Duration.TotalSeconds, new KeyValuePair<string, object?>("outcome", Outcome(attempt)));
        if (!attempt.IsAccepted)
            LogAttemptFailed(
                id, webhook.Id, webhook.Tenant.Namespace, webhook.Tenant.AppName, TargetOf(webhook),
                attempt.Error ?? $"status {attempt.Status}");
    }

    /// <summary>A delivery was accepted.</summary>
    /// <param name="latency">How long ago its change was written.</param>
    public void Delivered(TimeSpan latency) => _latency.Record(Math.Max(0, latency.TotalSeconds));

    /// <summary>A delivery was not accepted, and is to be attempted again.</summary>
    public void WillRetry() => _retries.Add();

    /// <summary>A delivery failed for good.</summary>
    public void GivenUp(Delivery delivery)
    {
        _givenUp.Add();
        LogGivenUp(delivery.Id, delivery.Attempts.Count, delivery.FailedReason!);
    }

    /// <summary>The store cannot tell what waits for a webhook.</summary>
    public void CannotLoad(Webhook webhook, Exception error) => LogCannotLoad(webhook.Id, error.Message);

    /// <summary>A mistake of Kv's own.</summary>
    public void Fault(Webhook webhook, DeliveryId id, Exception error) => LogFault(error, id, webhook.Id);

    /// <summary>A value could not be stored.</summary>
    public void ValueRefused(DeliveryId id, StoreException error) => LogValueRefused(id, error.Message);

    public void Dispose() => _meter.Dispose();

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
