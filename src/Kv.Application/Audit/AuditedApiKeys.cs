using Kv.Domain.Audit;

namespace Kv.Application.Audit;

/// <summary>Audits the creation and revocation of API keys. API keys belong to no tenant.</summary>
internal sealed class AuditedApiKeys(IApiKeyRepository inner, AuditLog audit) : IApiKeyRepository
{
    public Task Add(ApiKey key, CancellationToken cancellationToken) =>
        audit.Record(tenant: null, AuditOperations.CreateApiKey, key.Id, inner.Add(key, cancellationToken));

    public Task<IReadOnlyList<ApiKey>> List(CancellationToken cancellationToken) => inner.List(cancellationToken);

    public Task<bool> Delete(
        string id, IReadOnlyList<AuditedChange> noted, CancellationToken cancellationToken) => audit.Record(
        tenant: null, [new AuditedChange(AuditOperations.RevokeApiKey, id), .. noted],
        inner.Delete(id, noted, cancellationToken),
        static isApplied => (AuditLog.OutcomeOf(isApplied), null));
}
