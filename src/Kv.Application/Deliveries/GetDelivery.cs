using Kv.Domain.Deliveries;

namespace Kv.Application.Deliveries;

/// <summary>
/// Reads a stored delivery, pending or failed. The result is null when it does not exist (any longer).
/// </summary>
public sealed record GetDelivery(string Namespace, string AppName, string Id)
    : IRequest<DeliveryDto?>, IWebhookOwnerRequest;

internal sealed class GetDeliveryValidator(Limits limits) : TenantValidator<GetDelivery>(limits);

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
