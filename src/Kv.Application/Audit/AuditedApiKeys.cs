using Kv.Domain.Access;
using Kv.Domain.Audit;

namespace Kv.Application.Audit;

/// <summary>The API keys, with an audit of who makes and revokes them. They are no tenant's.</summary>
internal sealed class AuditedApiKeys(IApiKeyRepository inner, AuditLog audit) : IApiKeyRepository
{
    public Task Add(ApiKey key, CancellationToken cancellationToken) =>
        audit.Record(tenant: null, AuditOperations.CreateApiKey, key.Id, inner.Add(key, cancellationToken));

    public Task<IReadOnlyList<ApiKey>> List(CancellationToken cancellationToken) => inner.List(cancellationToken);

    public Task<bool> Delete(string id, CancellationToken cancellationToken) =>
        audit.Record(tenant: null, AuditOperations.RevokeApiKey, id, inner.Delete(id, cancellationToken));
}
