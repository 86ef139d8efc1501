using AutoMapper;
using FluentValidation;
using Kv.Application.Access;
using Kv.Application.Tenants;
using Kv.Domain;
using Kv.Domain.Access;
using Kv.Domain.Deliveries;
using Kv.Domain.Tenants;
using MediatR;

namespace Kv.Application.Deliveries;

/// <summary>Reads a delivery that waits or has failed; the answer is null when there is none (any more).</summary>
public sealed record GetDelivery(string Namespace, string AppName, string Id) : IRequest<DeliveryDto?>, ITenantRequest, IGuardedRequest
{
    bool IGuardedRequest.IsAllowedTo(Grants caller) => caller.Allow(AccessVerbs.Webhooks, this);
}

internal sealed class GetDeliveryValidator : AbstractValidator<GetDelivery>
{
    public GetDeliveryValidator(Limits limits) => this.RuleForTenant(limits);
}

internal sealed class GetDeliveryHandler(IDeliveryRepository deliveries, IMapper mapper)
    : IRequestHandler<GetDelivery, DeliveryDto?>
{
    public async Task<DeliveryDto?> Handle(GetDelivery request, CancellationToken cancellationToken)
    {
        if (DeliveryId.TryParse(request.Id) is not { } id)
            return null;
        var delivery = await deliveries.Get(Tenant.Of(request.Namespace, request.AppName), id, cancellationToken);
        return delivery is null ? null : mapper.Map<DeliveryDto>(delivery);
    }
}
