using AutoMapper;
using FluentValidation;
using Kv.Application.Pipeline;
using Kv.Application.Tenants;
using Kv.Application.Webhooks;
using Kv.Domain;
using Kv.Domain.Access;
using Kv.Domain.Deliveries;
using Kv.Domain.Webhooks;
using MediatR;

namespace Kv.Application.Deliveries;

/// <summary>
/// Sends one test event to a webhook, active or not. The result is the attempt; null when the webhook does not exist.
/// </summary>
public sealed record PingWebhook(string Namespace, string AppName, string Id)
    : IRequest<AttemptDto?>, ITenantRequest, IGuardedRequest
{
    bool IGuardedRequest.IsAllowedTo(Grants caller) => caller.Allow(AccessVerbs.Webhooks, this);
}

internal sealed class PingWebhookValidator : AbstractValidator<PingWebhook>
{
    public PingWebhookValidator(Limits limits) => this.RuleForTenant(limits);
}

internal sealed class PingWebhookHandler(
    IWebhookRepository webhooks, IWebhookSender sender, IMapper mapper, TimeProvider time)
    : IRequestHandler<PingWebhook, AttemptDto?>
{
    public async Task<AttemptDto?> Handle(PingWebhook request, CancellationToken cancellationToken)
    {
        var tenant = request.Tenant();
        if (await webhooks.Find(tenant, request.Id, cancellationToken) is not { } webhook)
            return null;
        var ping = new DeliveryEvent(
            Kind: null, webhook.Settings.Pattern.Text, Value: null, ExpireAt: null,
            time.GetUtcNow().ToUnixTimeSeconds());
        return mapper.Map<AttemptDto>(await sender.Send(webhook, DeliveryId.NewPing(), ping, cancellationToken));
    }
}
