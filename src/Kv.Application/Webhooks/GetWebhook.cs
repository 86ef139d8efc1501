using AutoMapper;
using FluentValidation;
using Kv.Application.Pipeline;
using Kv.Application.Tenants;
using Kv.Domain;
using Kv.Domain.Access;
using Kv.Domain.Webhooks;
using MediatR;

namespace Kv.Application.Webhooks;

/// <summary>Reads a webhook. The result is null when it does not exist.</summary>
public sealed record GetWebhook(string Namespace, string AppName, string Id)
    : IRequest<WebhookDto?>, ITenantRequest, IGuardedRequest
{
    bool IGuardedRequest.IsAllowedTo(Grants caller) => caller.Allow(AccessVerbs.Webhooks, this);
}

internal sealed class GetWebhookValidator : AbstractValidator<GetWebhook>
{
    public GetWebhookValidator(Limits limits) => this.RuleForTenant(limits);
}

internal sealed class GetWebhookHandler(IWebhookRepository webhooks, IMapper mapper)
    : IRequestHandler<GetWebhook, WebhookDto?>
{
    public async Task<WebhookDto?> Handle(GetWebhook request, CancellationToken cancellationToken)
    {
        var tenant = request.Tenant();
        var webhook = await webhooks.Find(tenant, request.Id, cancellationToken);
        return webhook is null ? null : mapper.Map<WebhookDto>(webhook);
    }
}
