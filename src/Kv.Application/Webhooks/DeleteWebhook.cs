using FluentValidation;
using Kv.Application.Pipeline;
using Kv.Application.Tenants;
using Kv.Domain;
using Kv.Domain.Access;
using Kv.Domain.Webhooks;
using MediatR;

namespace Kv.Application.Webhooks;

/// <summary>
/// Deletes a webhook and its pending deliveries. Deleting a webhook that does not exist changes nothing.
/// </summary>
public sealed record DeleteWebhook(string Namespace, string AppName, string Id)
    : IRequest, ITenantRequest, IGuardedRequest
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
        // A malformed id cannot exist.
        if (Guid.TryParseExact(request.Id, "D", out var id))
            await webhooks.Delete(request.Tenant(), id, cancellationToken);
        return Unit.Value;
    }
}
