namespace Kv.Application.Webhooks;

/// <summary>
/// Changes the given settings of a webhook and keeps the others. The result is null when the webhook does not exist.
/// </summary>
public sealed record UpdateWebhook(string Namespace, string AppName, string Id, WebhookInput Input)
    : IRequest<WebhookDto?>, IWebhookInputRequest, IWebhookOwnerRequest;

internal sealed class UpdateWebhookValidator : AbstractValidator<UpdateWebhook>
{
    public UpdateWebhookValidator(Limits limits, HeaderPolicy policy)
    {
        this.RuleForInput(limits, policy, isNew: false);
        this.RuleForTenant(limits);
    }
}

internal sealed class UpdateWebhookHandler(
    IWebhookRepository webhooks, IWebhookTargets targets, HeaderPolicy policy, ICaller caller, IMapper mapper)
    : IRequestHandler<UpdateWebhook, WebhookDto?>
{
    private const string DisabledReason = "Disabled by its owner.";

    public async Task<WebhookDto?> Handle(UpdateWebhook request, CancellationToken cancellationToken)
    {
        await targets.Check(request.Input, cancellationToken);
        return mapper.Map<Webhook?, WebhookDto?>(
            await webhooks.Change(request.Tenant(), request.Id, Apply, cancellationToken));

        void Apply(Webhook stored)
        {
            var hadSecret = stored.Secret is not null;
            stored.Change(request.Input.Over(stored.Settings, policy), caller.Principal);
            if (request.Input.Secret is not (null or WebhookInput.Masked))
                stored.SetSecret(request.Input.Secret.Length > 0 ? WebhookSecret.TryParse(request.Input.Secret) : null);
            else if (request.Input.Secret is not null && hadSecret && stored.Secret is null)
                throw InvalidInput.In("secret", WebhookRules.SecretForNewOrigin);
            if (request.Input.Status == WebhookRules.Active)
                stored.Enable(caller.Principal);
            // A disabled webhook keeps its reason: clients may send an answer back unchanged.
            else if (request.Input.Status == WebhookRules.Disabled && stored.IsActive)
                stored.Disable(DisabledReason);
        }
    }
}
