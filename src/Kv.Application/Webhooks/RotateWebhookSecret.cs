using FluentValidation;
using Kv.Application.Pipeline;
using Kv.Application.Tenants;
using Kv.Domain;
using Kv.Domain.Access;
using Kv.Domain.Webhooks;
using MediatR;

namespace Kv.Application.Webhooks;

/// <summary>
/// Sets a new secret. The previous secret also signs for another day. The result is the new secret, which is never
/// returned again; null when the webhook does not exist.
/// </summary>
public sealed record RotateWebhookSecret(string Namespace, string AppName, string Id)
    : IRequest<string?>, ITenantRequest, IGuardedRequest
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
        var tenant = request.Tenant();
        var secret = WebhookSecret.New();
        var webhook = await webhooks.Change(
            tenant, request.Id, stored => stored.RotateSecret(secret, time.GetUtcNow()), cancellationToken);
        return webhook is null ? null : secret.Reveal();
    }
}
