using FluentValidation;
using Kv.Application.Access;
using Kv.Application.Tenants;
using Kv.Application.Webhooks;
using Kv.Domain;
using Kv.Domain.Access;
using Kv.Domain.Deliveries;
using Kv.Domain.Tenants;
using Kv.Domain.Webhooks;
using MediatR;

namespace Kv.Application.Deliveries;

/// <summary>
/// Tells a webhook again of every change after a revision that it asks for; the answer is how many there are, null when
/// there is no such webhook.
/// </summary>
public sealed record ReplayWebhook(string Namespace, string AppName, string WebhookId, long Since)
    : IRequest<long?>, ITenantRequest, IGuardedRequest
{
    bool IGuardedRequest.IsAllowedTo(Grants caller) => caller.Allow(AccessVerbs.Webhooks, this);
}

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
    public async Task<long?> Handle(ReplayWebhook request, CancellationToken cancellationToken)
    {
        var tenant = Tenant.Of(request.Namespace, request.AppName);
        return await webhooks.Find(tenant, request.WebhookId, cancellationToken) is { } webhook
            ? await deliveries.Replay(webhook, request.Since, cancellationToken)
            : null;
    }
}
