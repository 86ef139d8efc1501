using Kv.Domain.Deliveries;
using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Dispatching.Lanes;

internal sealed partial class DeliveryTelemetry
{
    [LoggerMessage(
        LogLevel.Warning,
        "Delivery {Delivery} of webhook {Webhook} ({Namespace}, {AppName}) to {Target} was not accepted: {Reason}")]
    private partial void LogAttemptFailed(
        DeliveryId delivery, Guid webhook, string nameSpace, string appName, string target, string reason);

    [LoggerMessage(LogLevel.Warning, "Delivery {Delivery} failed for good after {Attempts} attempts: {Reason}")]
    private partial void LogGivenUp(DeliveryId delivery, int attempts, string reason);

    [LoggerMessage(
        LogLevel.Warning,
        "Webhook {Webhook} ({Namespace}, {AppName}) loses deliveries: as much waits for it as may " +
        "(WEBHOOK_BACKLOG_DELIVERIES, " +
        "WEBHOOK_BACKLOG_BYTES), or its tenant has no room (QUOTA_BYTES). The webhook's dropped tells how many")]
    private partial void LogLoses(Guid webhook, string nameSpace, string appName);

    [LoggerMessage(LogLevel.Warning, "What waits for webhook {Webhook} cannot be read yet: {Reason}")]
    private partial void LogCannotLoad(Guid webhook, string reason);

    [LoggerMessage(LogLevel.Error, "Delivery {Delivery} of webhook {Webhook} met a fault in Kv; it is tried again")]
    private partial void LogFault(Exception error, DeliveryId delivery, Guid webhook);

    [LoggerMessage(
        LogLevel.Warning,
        "The store does not take the value of delivery {Delivery}; a further attempt goes without it: {Reason}")]
    private partial void LogValueRefused(DeliveryId delivery, string reason);

    [LoggerMessage(
        LogLevel.Warning,
        "Delivery {Delivery} was accepted, but the store refuses to remove it; the next leader sends it again: " +
        "{Reason}")]
    private partial void LogCannotRemove(DeliveryId delivery, string reason);

    [LoggerMessage(
        LogLevel.Warning, "Delivery {Delivery} waits, and the store refuses it; it is tried again: {Reason}")]
    private partial void LogCannotStore(DeliveryId delivery, string reason);
}
