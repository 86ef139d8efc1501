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
        "Webhook {Webhook} ({Namespace}, {AppName}) drops deliveries: its backlog is full " +
        "(WEBHOOK_BACKLOG_DELIVERIES, WEBHOOK_BACKLOG_BYTES), or its tenant is (QUOTA_BYTES). The webhook's dropped " +
        "counts them")]
    internal partial void LogDropping(Guid webhook, string nameSpace, string appName);

    [LoggerMessage(LogLevel.Warning, "The stored deliveries of webhook {Webhook} cannot be read yet: {Reason}")]
    internal partial void LogCannotLoad(Guid webhook, string reason);

    [LoggerMessage(
        LogLevel.Error,
        "An attempt of delivery {Delivery} of webhook {Webhook} failed because of a fault in Kv; Kv repeats it soon")]
    internal partial void LogFault(Exception error, DeliveryId delivery, Guid webhook);

    [LoggerMessage(
        LogLevel.Warning,
        "The store refuses the value of delivery {Delivery}; further attempts are sent without it: {Reason}")]
    internal partial void LogValueRefused(DeliveryId delivery, string reason);

    [LoggerMessage(
        LogLevel.Warning,
        "Delivery {Delivery} was accepted, but the store refuses to remove it; the next leader sends it again: " +
        "{Reason}")]
    internal partial void LogCannotRemove(DeliveryId delivery, string reason);

    [LoggerMessage(LogLevel.Warning, "The store refuses delivery {Delivery}, which is tried again: {Reason}")]
    internal partial void LogCannotStore(DeliveryId delivery, string reason);
}
