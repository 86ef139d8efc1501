using AutoMapper;
using FluentValidation;
using Kv.Application.Access;
using Kv.Application.Tenants;
using Kv.Domain;
using Kv.Domain.Access;
using Kv.Domain.Tenants;
using Kv.Domain.Webhooks;
using MediatR;

namespace Kv.Application.Webhooks;

/// <summary>Changes what is said of a webhook, and leaves the rest as it is; the answer is null when there is none.</summary>
public sealed record UpdateWebhook(string Namespace, string AppName, string Id, WebhookInput Input)
    : IRequest<WebhookDto?>, ITenantRequest, IWebhookRequest, IGuardedRequest
{
    bool IGuardedRequest.IsAllowedTo(Grants caller) => caller.Allow(AccessVerbs.Webhooks, this);
}

internal sealed class UpdateWebhookValidator : AbstractValidator<UpdateWebhook>
{
    public UpdateWebhookValidator(Limits limits)
    {
        this.RuleForInput(limits, isNew: false);
        this.RuleForTenant(limits);
    }
}

internal sealed class UpdateWebhookHandler(IWebhookRepository webhooks, IMapper mapper)
    : IRequestHandler<UpdateWebhook, WebhookDto?>
{
    private const string DisabledReason = "Disabled by its owner.";

    public async Task<WebhookDto?> Handle(UpdateWebhook request, CancellationToken cancellationToken)
    {
        var tenant = Tenant.Of(request.Namespace, request.AppName);
        var webhook = await webhooks.Change(tenant, request.Id, Apply, cancellationToken);
        return webhook is null ? null : mapper.Map<WebhookDto>(webhook);

        void Apply(Webhook stored)
        {
            stored.Change(request.Input.Over(stored.Settings));
            if (request.Input.Secret is { Value: not WebhookInput.Masked } secret)
                stored.SetSecret(secret.Value is { } text ? WebhookSecret.TryParse(text) : null);
            if (request.Input.Status == WebhookRules.Active)
                stored.Enable();
            // One that was disabled before keeps its reason: an answer may be sent back as it is.
            else if (request.Input.Status == WebhookRules.Disabled && stored.IsActive)
                stored.Disable(DisabledReason);
        }
    }
}
