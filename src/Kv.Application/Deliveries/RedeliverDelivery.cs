using FluentValidation;
using Kv.Application.Access;
using Kv.Application.Tenants;
using Kv.Domain;
using Kv.Domain.Access;
using Kv.Domain.Deliveries;
using Kv.Domain.Tenants;
using MediatR;

namespace Kv.Application.Deliveries;

/// <summary>Makes a delivery that waits or has failed due at once; the answer is whether there is one.</summary>
public sealed record RedeliverDelivery(string Namespace, string AppName, string Id) : IRequest<bool>, ITenantRequest, IGuardedRequest
{
    bool IGuardedRequest.IsAllowedTo(Grants caller) => caller.Allow(AccessVerbs.Webhooks, this);
}

internal sealed class RedeliverDeliveryValidator : AbstractValidator<RedeliverDelivery>
{
    public RedeliverDeliveryValidator(Limits limits) => this.RuleForTenant(limits);
}

internal sealed class RedeliverDeliveryHandler(IDeliveryRepository deliveries) : IRequestHandler<RedeliverDelivery, bool>
{
    public async Task<bool> Handle(RedeliverDelivery request, CancellationToken cancellationToken) =>
        DeliveryId.TryParse(request.Id) is { } id
        && await deliveries.Redeliver(Tenant.Of(request.Namespace, request.AppName), id, cancellationToken);
}
