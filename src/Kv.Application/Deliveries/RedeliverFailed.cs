using Kv.Application.Webhooks;
using Kv.Domain.Deliveries;

namespace Kv.Application.Deliveries;

/// <summary>
/// Makes failed deliveries of a webhook due immediately, as many as one call may. The result is null when the webhook
/// does not exist. It throws <see cref="WebhookDisabledException"/> when the webhook is disabled.
/// </summary>
public sealed record RedeliverFailed(string Namespace, string AppName, string WebhookId)
    : IRequest<RedeliveredDeliveries?>, IWebhookOwnerRequest;

/// <summary>The result of a redelivery of failed deliveries.</summary>
/// <param name="Count">The number of deliveries that are due now.</param>
/// <param name="HasMore">Whether more have failed: the caller repeats the call.</param>
public sealed record RedeliveredDeliveries(int Count, bool HasMore);

internal sealed class RedeliverFailedValidator(Limits limits) : TenantValidator<RedeliverFailed>(limits);

internal sealed class RedeliverFailedHandler(IWebhookRepository webhooks, IDeliveryRepository deliveries)
    : IRequestHandler<RedeliverFailed, RedeliveredDeliveries?>
{
    public async Task<RedeliveredDeliveries?> Handle(RedeliverFailed request, CancellationToken cancellationToken)
    {
        var tenant = request.Tenant();
        if (await webhooks.Find(tenant, request.WebhookId, cancellationToken) is not { } webhook)
            return null;
        if (webhook.DisabledReason is { } reason)
            throw new WebhookDisabledException(reason);
        var (count, hasMore) = await deliveries.RedeliverFailed(tenant, webhook.Id, cancellationToken);
        return new RedeliveredDeliveries(count, hasMore);
    }
}
