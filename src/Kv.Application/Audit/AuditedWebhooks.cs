using Kv.Domain.Audit;
using Kv.Domain.Idempotency;

namespace Kv.Application.Audit;

/// <summary>Audits the changes of webhooks.</summary>
internal sealed class AuditedWebhooks(IWebhookRepository inner, AuditLog audit) : IWebhookRepository
{
    public Task<AddedWebhook> Add(
        Webhook webhook, int limit, IdempotentRequest? request, CancellationToken cancellationToken)
    {
        return audit.Record(
            webhook.Tenant, Adding(webhook.Id), inner.Add(webhook, limit, request, cancellationToken),
            added => added.IsReplayed ? (AuditLog.Replayed, null) : (AuditLog.OutcomeOf(added.Id is not null), null),
            // For a replayed request, log the id of the first execution: the new id was never returned.
            added => Adding(added.Id ?? webhook.Id));

        static AuditedChange[] Adding(Guid id) => [new AuditedChange(AuditOperations.AddWebhook, $"{id:D}")];
    }

    public Task<Webhook?> Get(Tenant tenant, Guid id, CancellationToken cancellationToken) =>
        inner.Get(tenant, id, cancellationToken);

    public Task<IReadOnlyList<Webhook>> List(Tenant tenant, CancellationToken cancellationToken) =>
        inner.List(tenant, cancellationToken);

    public IAsyncEnumerable<Webhook> ListAll(CancellationToken cancellationToken) => inner.ListAll(cancellationToken);

    public Task<bool> Update(Webhook webhook, CancellationToken cancellationToken) => audit.Record(
        webhook.Tenant, AuditOperations.ChangeWebhook, $"{webhook.Id:D}", inner.Update(webhook, cancellationToken));

    public Task Delete(Tenant tenant, Guid id, CancellationToken cancellationToken) => audit.Record(
        tenant, AuditOperations.DeleteWebhook, $"{id:D}", inner.Delete(tenant, id, cancellationToken));
}
