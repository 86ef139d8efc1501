using Kv.Domain.Webhooks;

namespace Kv.Domain.Deliveries;

/// <summary>Calls webhooks over HTTP.</summary>
public interface IWebhookSender
{
    /// <summary>
    /// Makes one attempt to tell a webhook of an event, signed when it has a secret. Whatever the receiver does is told
    /// by the attempt, never thrown, and takes no longer than the webhook's timeout.
    /// </summary>
    /// <param name="webhook">The webhook.</param>
    /// <param name="messageId">The header <c>webhook-id</c>.</param>
    /// <param name="event">What to tell.</param>
    /// <param name="cancellationToken">Gives up on the attempt.</param>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    Task<Attempt> Send(Webhook webhook, string messageId, DeliveryEvent @event, CancellationToken cancellationToken);
}
