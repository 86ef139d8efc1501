using Kv.Domain.Deliveries;
using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Deliveries;

internal sealed partial class DeliveryTelemetry
{
    [LoggerMessage(LogLevel.Warning, "Delivery {Delivery} of webhook {Webhook} ({Namespace}, {AppName}) to {Target} was not accepted: {Reason}")]
    private partial void LogAttemptFailed(
        DeliveryId delivery, Guid webhook, string nameSpace, string appName, string target, string reason);

    [LoggerMessage(LogLevel.Error, "Delivery {Delivery} failed for good after {Attempts} attempts: {Reason}")]
    private partial void LogGivenUp(DeliveryId delivery, int attempts, string reason);

    [LoggerMessage(LogLevel.Warning, "What waits for webhook {Webhook} cannot be read yet: {Reason}")]
    private partial void LogCannotLoad(Guid webhook, string reason);

    [LoggerMessage(LogLevel.Error, "Delivery {Delivery} of webhook {Webhook} met a fault in Kv; it is tried again")]
    private partial void LogFault(Exception error, DeliveryId delivery, Guid webhook);

    [LoggerMessage(LogLevel.Error, "The store does not take the value of delivery {Delivery}; a further attempt goes without it: {Reason}")]
    private partial void LogValueRefused(DeliveryId delivery, string reason);
}
