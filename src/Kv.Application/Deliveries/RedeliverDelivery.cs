using Kv.Domain.Deliveries;

namespace Kv.Application.Deliveries;

/// <summary>Makes a stored delivery due immediately. The result reports whether it exists.</summary>
public sealed record RedeliverDelivery(string Namespace, string AppName, string Id)
    : IRequest<bool>, IWebhookOwnerRequest;

internal sealed class RedeliverDeliveryValidator(Limits limits) : TenantValidator<RedeliverDelivery>(limits);

internal sealed class RedeliverDeliveryHandler(IDeliveryRepository deliveries)
    : IRequestHandler<RedeliverDelivery, bool>
{
    public async Task<bool> Handle(RedeliverDelivery request, CancellationToken cancellationToken) =>
        DeliveryId.TryParse(request.Id) is { } id
        && await deliveries.Redeliver(request.Tenant(), id, cancellationToken);
}
