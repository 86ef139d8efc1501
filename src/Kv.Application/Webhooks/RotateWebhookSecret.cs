using FluentValidation;
using Kv.Application.Access;
using Kv.Application.Tenants;
using Kv.Domain;
using Kv.Domain.Access;
using Kv.Domain.Tenants;
using Kv.Domain.Webhooks;
using MediatR;

namespace Kv.Application.Webhooks;

/// <summary>
/// Gives a webhook a new secret; one that it had goes on signing for a day. The answer is the new secret, which is never
/// told again; null when there is no such webhook.
/// </summary>
public sealed record RotateWebhookSecret(string Namespace, string AppName, string Id) : IRequest<string?>, ITenantRequest, IGuardedRequest
{
    bool IGuardedRequest.IsAllowedTo(Grants caller) => caller.Allow(AccessVerbs.Webhooks, this);
}

internal sealed class RotateWebhookSecretValidator : AbstractValidator<RotateWebhookSecret>
{
    public RotateWebhookSecretValidator(Limits limits) => this.RuleForTenant(limits);
}

internal sealed class RotateWebhookSecretHandler(IWebhookRepository webhooks, TimeProvider time)
    : IRequestHandler<RotateWebhookSecret, string?>
{
    public async Task<string?> Handle(RotateWebhookSecret request, CancellationToken cancellationToken)
    {
        var tenant = Tenant.Of(request.Namespace, request.AppName);
        var secret = WebhookSecret.New();
        var webhook = await webhooks.Change(
            tenant, request.Id, stored => stored.RotateSecret(secret, time.GetUtcNow()), cancellationToken);
        return webhook is null ? null : secret.Reveal();
    }
}
