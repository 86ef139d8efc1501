using Kv.Application.Webhooks;
using Kv.Domain.Deliveries;

namespace Kv.Application.Deliveries;

/// <summary>
/// Sends a webhook every matching change after a revision again. The result is the number of changes; null when the
/// webhook does not exist.
/// </summary>
public sealed record ReplayWebhook(string Namespace, string AppName, string WebhookId, long Since)
    : IRequest<long?>, IWebhookOwnerRequest;

internal sealed class ReplayWebhookValidator : AbstractValidator<ReplayWebhook>
{
    public ReplayWebhookValidator(Limits limits)
    {
        RuleFor(request => request.Since).Must(since => since >= 0).WithMessage("Since must be a revision, 0 or more");
        this.RuleForTenant(limits);
    }
}

internal sealed class ReplayWebhookHandler(IWebhookRepository webhooks, IDeliveryRepository deliveries)
    : IRequestHandler<ReplayWebhook, long?>
{
    public async Task<long?> Handle(ReplayWebhook request, CancellationToken cancellationToken) =>
        await webhooks.Find(request.Tenant(), request.WebhookId, cancellationToken) is { } webhook
            ? await deliveries.Replay(webhook, request.Since, cancellationToken)
            : null;
}
