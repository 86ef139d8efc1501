using AutoMapper;
using FluentValidation;
using Kv.Application.Pipeline;
using Kv.Application.Tenants;
using Kv.Domain;
using Kv.Domain.Access;
using Kv.Domain.Deliveries;
using MediatR;

namespace Kv.Application.Deliveries;

/// <summary>
/// Reads a stored delivery, pending or failed. The result is null when it does not exist (any longer).
/// </summary>
public sealed record GetDelivery(string Namespace, string AppName, string Id)
    : IRequest<DeliveryDto?>, ITenantRequest, IGuardedRequest
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
        var delivery = await deliveries.Get(request.Tenant(), id, cancellationToken);
        return delivery is null ? null : mapper.Map<DeliveryDto>(delivery);
    }
}
