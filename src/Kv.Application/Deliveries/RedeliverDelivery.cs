using FluentValidation;
using Kv.Application.Pipeline;
using Kv.Application.Tenants;
using Kv.Domain;
using Kv.Domain.Access;
using Kv.Domain.Deliveries;
using MediatR;

namespace Kv.Application.Deliveries;

/// <summary>Makes a stored delivery due immediately. The result reports whether it exists.</summary>
public sealed record RedeliverDelivery(string Namespace, string AppName, string Id)
    : IRequest<bool>, ITenantRequest, IGuardedRequest
{
    bool IGuardedRequest.IsAllowedTo(Grants caller) => caller.Allow(AccessVerbs.Webhooks, this);
}

internal sealed class RedeliverDeliveryValidator : AbstractValidator<RedeliverDelivery>
{
    public RedeliverDeliveryValidator(Limits limits) => this.RuleForTenant(limits);
}

internal sealed class RedeliverDeliveryHandler(IDeliveryRepository deliveries)
    : IRequestHandler<RedeliverDelivery, bool>
{
    public async Task<bool> Handle(RedeliverDelivery request, CancellationToken cancellationToken) =>
        DeliveryId.TryParse(request.Id) is { } id
        && await deliveries.Redeliver(request.Tenant(), id, cancellationToken);
}
