using Kv.Application.Idempotency;

namespace Kv.Application.Webhooks;

/// <summary>Registers a webhook, unless the tenant has reached the limit.</summary>
public sealed record RegisterWebhook(
    string Namespace, string AppName, WebhookInput Input, string? IdempotencyKey = null)
    : IRequest<WebhookRegistration>, ITenantRequest, IWebhookInputRequest, IGuardedRequest
{
    bool IGuardedRequest.IsAllowedTo(Grants caller) => caller.Allow(
        AccessVerbs.Webhooks, this, KeyPattern.Parse(Input.Key!).KeyOrPrefix);
}

/// <summary>The result of a registration.</summary>
/// <param name="Id">The new webhook's id; null when the tenant has reached the limit.</param>
/// <param name="IsReplayed">Whether an earlier request with the same idempotency key registered it.</param>
public sealed record WebhookRegistration(Guid? Id, int Limit, bool IsReplayed = false);

internal sealed class RegisterWebhookValidator : AbstractValidator<RegisterWebhook>
{
    public RegisterWebhookValidator(Limits limits, HeaderPolicy policy)
    {
        this.RuleForInput(limits, policy, isNew: true);
        this.RuleForTenant(limits);
    }
}

internal sealed class RegisterWebhookHandler(
    IWebhookRepository webhooks, IWebhookTargets targets, HeaderPolicy policy, Limits limits, ICaller caller,
    TimeProvider time)
    : IRequestHandler<RegisterWebhook, WebhookRegistration>
{
    public async Task<WebhookRegistration> Handle(RegisterWebhook request, CancellationToken cancellationToken)
    {
        var input = request.Input;
        await targets.Check(input, cancellationToken);
        var settings = input.Over(new WebhookSettings
        {
            Pattern = KeyPattern.Parse(input.Key!),
            Events = EventFilter.TryParse(input.Events!)!.Value,
            Endpoint = input.Endpoint!,
        }, policy);
        var webhook = new Webhook(
            Guid.NewGuid(), request.Tenant(), settings, time.GetUtcNow().ToUnixTimeSeconds(),
            caller.Principal);
        if (input.Secret is { Length: > 0 } secret)
            webhook.SetSecret(WebhookSecret.TryParse(secret));
        var once = Fingerprint.Of(request.IdempotencyKey, "POST /webhooks", input.AddTo);
        var added = await webhooks.Add(webhook, limits.MaxWebhooks, once, cancellationToken);
        return new WebhookRegistration(added.Id, limits.MaxWebhooks, added.IsReplayed);
    }
}
