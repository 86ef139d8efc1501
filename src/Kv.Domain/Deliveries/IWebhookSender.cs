using Kv.Domain.Webhooks;

namespace Kv.Domain.Deliveries;

/// <summary>Calls webhooks over HTTP.</summary>
public interface IWebhookSender
{
    /// <summary>
    /// Makes one attempt to send an event to a webhook, signed when the webhook has a secret. The attempt ends within
    /// the webhook's timeout. The result reports every failure of the receiver; it is never an exception.
    /// </summary>
    /// <param name="messageId">The header <c>webhook-id</c>.</param>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    Task<Attempt> Send(Webhook webhook, string messageId, DeliveryEvent @event, CancellationToken cancellationToken);
}
