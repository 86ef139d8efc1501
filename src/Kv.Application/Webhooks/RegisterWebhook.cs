using FluentValidation;
using Kv.Application.Access;
using Kv.Application.Idempotency;
using Kv.Application.Tenants;
using Kv.Domain;
using Kv.Domain.Access;
using Kv.Domain.Idempotency;
using Kv.Domain.Tenants;
using Kv.Domain.Webhooks;
using MediatR;

namespace Kv.Application.Webhooks;

/// <summary>Registers a webhook, unless the tenant has as many as it may.</summary>
/// <param name="Namespace">The tenant's namespace.</param>
/// <param name="AppName">The tenant's app.</param>
/// <param name="Input">What the caller says of it.</param>
/// <param name="IdempotencyKey">The name under which the request may be repeated; null for none.</param>
public sealed record RegisterWebhook(string Namespace, string AppName, WebhookInput Input, string? IdempotencyKey = null)
    : IRequest<WebhookRegistration>, ITenantRequest, IWebhookRequest, IGuardedRequest
{
    bool IGuardedRequest.IsAllowedTo(Grants caller) => caller.Allow(AccessVerbs.Webhooks, this, KeyPattern.Of(Input.Key!).KeyOrPrefix);
}

/// <summary>What became of a registration.</summary>
/// <param name="Id">The new webhook's id; null when the tenant has as many webhooks as it may.</param>
/// <param name="Limit">How many it may have.</param>
/// <param name="IsReplayed">Whether it was registered before, by the same request.</param>
public sealed record WebhookRegistration(Guid? Id, int Limit, bool IsReplayed = false);

internal sealed class RegisterWebhookValidator : AbstractValidator<RegisterWebhook>
{
    public RegisterWebhookValidator(Limits limits)
    {
        this.RuleForInput(limits, isNew: true);
        this.RuleForTenant(limits);
    }
}

internal sealed class RegisterWebhookHandler(IWebhookRepository webhooks, Limits limits, TimeProvider time)
    : IRequestHandler<RegisterWebhook, WebhookRegistration>
{
    public async Task<WebhookRegistration> Handle(RegisterWebhook request, CancellationToken cancellationToken)
    {
        var input = request.Input;
        var settings = input.Over(new WebhookSettings
        {
            Pattern = KeyPattern.Of(input.Key!),
            Events = EventFilter.TryParse(input.Events!)!.Value,
            Endpoint = input.Endpoint!,
        });
        var webhook = new Webhook(
            Guid.NewGuid(), Tenant.Of(request.Namespace, request.AppName), settings, time.GetUtcNow().ToUnixTimeSeconds());
        if (input.Secret?.Value is { } secret)
            webhook.SetSecret(WebhookSecret.TryParse(secret));
        if (request.IdempotencyKey is { } name)
        {
            using var fingerprint = new Fingerprint();
            input.AddTo(fingerprint.Add("POST /webhooks"));
            var (id, isReplayed) = await webhooks.AddOnce(
                webhook, limits.MaxWebhooks, new IdempotentRequest(name, fingerprint.Get()), cancellationToken);
            return new WebhookRegistration(id, limits.MaxWebhooks, isReplayed);
        }
        var isAdded = await webhooks.Add(webhook, limits.MaxWebhooks, cancellationToken);
        return new WebhookRegistration(isAdded ? webhook.Id : null, limits.MaxWebhooks);
    }
}
