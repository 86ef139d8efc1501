using FluentValidation;
using Kv.Application.Access;
using Kv.Application.Tenants;
using Kv.Domain;
using Kv.Domain.Access;
using Kv.Domain.Tenants;
using Kv.Domain.Webhooks;
using MediatR;

namespace Kv.Application.Webhooks;

/// <summary>Deletes a webhook, with what waits to be delivered to it; nothing happens when there is none.</summary>
public sealed record DeleteWebhook(string Namespace, string AppName, string Id) : IRequest, ITenantRequest, IGuardedRequest
{
    bool IGuardedRequest.IsAllowedTo(Grants caller) => caller.Allow(AccessVerbs.Webhooks, this);
}

internal sealed class DeleteWebhookValidator : AbstractValidator<DeleteWebhook>
{
    public DeleteWebhookValidator(Limits limits) => this.RuleForTenant(limits);
}

internal sealed class DeleteWebhookHandler(IWebhookRepository webhooks) : IRequestHandler<DeleteWebhook>
{
    public async Task<Unit> Handle(DeleteWebhook request, CancellationToken cancellationToken)
    {
        // Nothing is stored under what is no id.
        if (Guid.TryParseExact(request.Id, "D", out var id))
            await webhooks.Delete(Tenant.Of(request.Namespace, request.AppName), id, cancellationToken);
        return Unit.Value;
    }
}
