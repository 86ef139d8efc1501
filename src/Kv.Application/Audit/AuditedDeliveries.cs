using Kv.Domain.Audit;
using Kv.Domain.Deliveries;

namespace Kv.Application.Audit;

/// <summary>Audits manual redeliveries and replays.</summary>
internal sealed class AuditedDeliveries(IDeliveryRepository inner, AuditLog audit) : IDeliveryRepository
{
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
