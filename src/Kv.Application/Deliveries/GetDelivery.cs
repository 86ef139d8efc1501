using Kv.Domain.Deliveries;

namespace Kv.Application.Deliveries;

/// <summary>
/// Reads a stored delivery, pending or failed. The result is null when it does not exist (any longer).
/// </summary>
public sealed record GetDelivery(string Namespace, string AppName, string Id)
    : IRequest<DeliveryDto?>, IWebhookOwnerRequest;

internal sealed class GetDeliveryValidator(Limits limits) : TenantValidator<GetDelivery>(limits);

internal sealed class GetDeliveryHandler(IDeliveryReads deliveries, IMapper mapper)
    : IRequestHandler<GetDelivery, DeliveryDto?>
{
    public async Task<DeliveryDto?> Handle(GetDelivery request, CancellationToken cancellationToken) =>
        DeliveryId.TryParse(request.Id) is { } id
            ? mapper.Map<Delivery?, DeliveryDto?>(await deliveries.Get(request.Tenant(), id, cancellationToken))
            : null;
}
