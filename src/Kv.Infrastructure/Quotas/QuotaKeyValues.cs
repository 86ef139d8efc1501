using Kv.Domain.Quotas;
using Kv.Infrastructure.KeyValues;

namespace Kv.Infrastructure.Quotas;

/// <summary>The repository of keys, with quotas. Only writes that add to a tenant's usage are checked.</summary>
internal sealed class QuotaKeyValues(
    IKeyValueRepository inner, UsageTotals totals, QuotaGuard guard, IStore store, KeyLayout layout)
    : IKeyValueRepository
{
    public ValueTask<KeyValueRead> Get(
        Tenant tenant, Key key, ReadOptions options, CancellationToken cancellationToken) =>
        inner.Get(tenant, key, options, cancellationToken);

    /// <exception cref="QuotaExceededException">The tenant would exceed its quota.</exception>
    public async Task<KeyValueWrite> Set(
        Tenant tenant, Key key, ReadOnlyMemory<byte> value, SetOptions options, CancellationToken cancellationToken)
    {
        if (!totals.TryReserve(tenant, Usage.ForKey(key, value.Length), out var reservation))
            reservation = await Admit(tenant, key, value.Length, options.Condition, cancellationToken);
        var revision = 0L;
        try
        {
            var write = await inner.Set(tenant, key, value, options, cancellationToken);
            revision = write.IsApplied ? write.Revision : 0;
            return write;
        }
        finally
        {
            totals.Confirm(reservation, revision);
        }
    }

    public Task<KeyValueWrite> SetTtl(
        Tenant tenant, Key key, long? ttlSeconds, Precondition condition, CancellationToken cancellationToken) =>
        inner.SetTtl(tenant, key, ttlSeconds, condition, cancellationToken);

    public Task<KeyValueWrite> Delete(
        Tenant tenant, Key key, Precondition condition, CancellationToken cancellationToken) =>
        inner.Delete(tenant, key, condition, cancellationToken);

    private Task<Reservation> Admit(
        Tenant tenant, Key key, int valueBytes, Precondition condition, CancellationToken cancellationToken)
    {
        return guard.Admit(tenant, request: null, Look, cancellationToken);

        async Task<WriteGrowth?> Look(CancellationToken cancel)
        {
            var (entry, revision) = await store.Get(layout.KeyValue(tenant, key), ReadConsistency.Linearizable, cancel);
            // The write itself reports the failed condition, with the key's state.
            if (!Conditions.Holds(condition, entry))
                return null;
            var before = entry is null ? default : Usage.ForKey(key, entry.Value.Length);
            return new WriteGrowth(Usage.ForKey(key, valueBytes) - before, revision);
        }
    }
}
