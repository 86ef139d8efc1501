using Kv.Domain.Audit;

namespace Kv.Application.Audit;

/// <summary>Audits the changes of keys.</summary>
internal sealed class AuditedKeyValues(IKeyValueRepository inner, AuditLog audit) : IKeyValueRepository
{
    public ValueTask<KeyValueRead> Get(
        Tenant tenant, Key key, ReadOptions options, CancellationToken cancellationToken) =>
        inner.Get(tenant, key, options, cancellationToken);

    public Task<KeyValueWrite> Set(
        Tenant tenant, Key key, ReadOnlyMemory<byte> value, SetOptions options, CancellationToken cancellationToken) =>
        audit.Record(
            tenant, AuditOperations.Set, key.Value,
            inner.Set(tenant, key, value, options, cancellationToken), Outcome);

    public Task<KeyValueWrite> SetTtl(
        Tenant tenant, Key key, long? ttlSeconds, Precondition condition, CancellationToken cancellationToken) =>
        audit.Record(
            tenant, AuditOperations.SetTtl, key.Value,
            inner.SetTtl(tenant, key, ttlSeconds, condition, cancellationToken), Outcome);

    public Task<KeyValueWrite> Delete(
        Tenant tenant, Key key, Precondition condition, CancellationToken cancellationToken) =>
        audit.Record(
            tenant, AuditOperations.Delete, key.Value,
            inner.Delete(tenant, key, condition, cancellationToken), Outcome);

    private static (string, long?) Outcome(KeyValueWrite write) =>
        (AuditLog.OutcomeOf(write.IsApplied), write.Revision);
}
