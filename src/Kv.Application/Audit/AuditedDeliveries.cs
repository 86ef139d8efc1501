using Kv.Domain.Audit;
using Kv.Domain.Deliveries;

namespace Kv.Application.Audit;

/// <summary>Audits manual redeliveries and replays.</summary>
internal sealed class AuditedDeliveries(IDeliveryRepository inner, AuditLog audit) : IDeliveryRepository
{
    public Task<(IReadOnlyList<Delivery> Deliveries, bool HasMore)> List(
        Tenant tenant, Guid webhookId, DeliveryStatus status, DeliveryId? after, int limit,
        CancellationToken cancellationToken) =>
        inner.List(tenant, webhookId, status, after, limit, cancellationToken);

    public Task<IReadOnlyList<AcceptedDelivery>> ListAccepted(
        Tenant tenant, Guid webhookId, CancellationToken cancellationToken) =>
        inner.ListAccepted(tenant, webhookId, cancellationToken);

    public Task<Delivery?> Get(Tenant tenant, DeliveryId id, CancellationToken cancellationToken) =>
        inner.Get(tenant, id, cancellationToken);

    public Task<DeliveryTrail> Trail(Tenant tenant, DeliveryId id, CancellationToken cancellationToken) =>
        inner.Trail(tenant, id, cancellationToken);

    public Task<bool> Redeliver(Tenant tenant, DeliveryId id, CancellationToken cancellationToken) => audit.Record(
        tenant, AuditOperations.Redeliver, id.ToString(), inner.Redeliver(tenant, id, cancellationToken));

    public Task<(int Count, bool HasMore)> RedeliverFailed(
        Tenant tenant, Guid webhookId, CancellationToken cancellationToken) => audit.Record(
        tenant, AuditOperations.RedeliverFailed, $"{webhookId:D}",
        inner.RedeliverFailed(tenant, webhookId, cancellationToken), _ => (AuditLog.Applied, null));

    public Task<long> Replay(Webhook webhook, long sinceRevision, CancellationToken cancellationToken) => audit.Record(
        webhook.Tenant, AuditOperations.ReplayWebhook, $"{webhook.Id:D}",
        inner.Replay(webhook, sinceRevision, cancellationToken),
        _ => (AuditLog.Applied, (long?)sinceRevision));
}
