using System.Diagnostics.Metrics;
using Kv.Domain.Deliveries;
using Kv.Domain.Storage;
using Kv.Domain.Webhooks;
using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Deliveries;

/// <summary>What an operator can see of the deliveries: log lines for what goes wrong, counters for everything.</summary>
internal sealed partial class DeliveryTelemetry : IDisposable
{
    private readonly Meter _meter = new("Kv.Deliveries");
    private readonly Counter<long> _attempts;
    private readonly Counter<long> _givenUp;
    private readonly ILogger _logger;

    public DeliveryTelemetry(ILogger<DeliveryTelemetry> logger)
    {
        _logger = logger;
        _attempts = _meter.CreateCounter<long>("kv.delivery.attempts", description: "Attempts to call a webhook, by outcome.");
        _givenUp = _meter.CreateCounter<long>("kv.delivery.given_up", description: "Deliveries that failed for good.");
    }

    /// <summary>An attempt came to its end.</summary>
    public void Attempted(Webhook webhook, DeliveryId id, Attempt attempt)
    {
        _attempts.Add(1, new KeyValuePair<string, object?>("outcome", attempt.IsAccepted ? "accepted" : "failed"));
        if (!attempt.IsAccepted)
            LogAttemptFailed(
                id, webhook.Id, webhook.Tenant.Namespace, webhook.Tenant.AppName, TargetOf(webhook),
                attempt.Error ?? $"status {attempt.Status}");
    }

    /// <summary>A delivery failed for good.</summary>
    public void GivenUp(Delivery delivery)
    {
        _givenUp.Add(1);
        LogGivenUp(delivery.Id, delivery.Attempts.Count, delivery.FailedReason!);
    }

    /// <summary>The store cannot tell what waits for a webhook.</summary>
    public void CannotLoad(Webhook webhook, Exception error) => LogCannotLoad(webhook.Id, error.Message);

    /// <summary>A mistake of Kv's own.</summary>
    public void Fault(Webhook webhook, DeliveryId id, Exception error) => LogFault(error, id, webhook.Id);

    /// <summary>A value could not be stored.</summary>
    public void ValueRefused(DeliveryId id, StoreException error) => LogValueRefused(id, error.Message);

    public void Dispose() => _meter.Dispose();

    // A path or a query may hold a credential.
    private static string TargetOf(Webhook webhook) =>
        Uri.TryCreate(webhook.Settings.Endpoint, UriKind.Absolute, out var uri)
            ? $"{uri.Scheme}://{uri.Host}:{uri.Port}"
            : "an endpoint that is no URL";
}
