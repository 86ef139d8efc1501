using Kv.Domain.Storage;
using System.Runtime.CompilerServices;
using System.Text;
using Kv.Domain.KeyValues;
using Kv.Domain.Tenants;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.KeyValues;

/// <summary>Keys and values over the storage waist, whichever engine is behind it.</summary>
internal sealed class KeyValueRepository(IStore store, KeyLayout layout, TimeProvider time) : IKeyValueRepository
{
    // Pages grow while a listing goes on: a short one costs little, and a long one few calls.
    private const int FirstPage = 32;
    private const int LargestPage = 1024;

    public async Task<KeyValue?> Get(Tenant tenant, Key key, CancellationToken cancellationToken)
    {
        var read = await store.Get(layout.KeyValue(tenant, key), ReadConsistency.Linearizable, cancellationToken);
        return read.Entry is { } entry ? ToKeyValue(key, entry) : null;
    }

    public async IAsyncEnumerable<KeyValue> List(
        Tenant tenant, string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var tenantBytes = layout.KeyValuePrefix(tenant).Bytes.Length;
        var query = new RangeQuery(KeyRange.Prefix(layout.KeyValuePrefix(tenant, prefix)), FirstPage);
        var largest = LargestPage;
        while (true)
        {
            var page = await store.Range(query, cancellationToken);
            foreach (var entry in page.Entries)
                yield return ToKeyValue(Key.Of(Encoding.UTF8.GetString(entry.Key.Span[tenantBytes..])), entry);
            if (page.Next is not { } next)
                yield break;
            // Where values are too large for more of them in one answer, asking for more again would have the store
            // gather them in vain.
            if (page.FittingLimit < query.Limit)
                largest = page.FittingLimit;
            query = query with
            {
                Range = query.Range.From(next),
                Limit = Math.Min(query.Limit * 2, largest),
                Revision = page.Revision,
            };
        }
    }

    public async Task<KeyValue> Set(
        Tenant tenant, Key key, ReadOnlyMemory<byte> value, long? ttlSeconds, CancellationToken cancellationToken)
    {
        var expiry = ttlSeconds is { } ttl ? Expiry.After(ttl, time.GetUtcNow()) : (Expiry?)null;
        var put = new Operation.Put(layout.KeyValue(tenant, key), value, expiry?.ExpireAt);
        var result = await store.Commit(Transaction.Of(put), cancellationToken);
        return new KeyValue(key, value, expiry, result.Revision);
    }

    public async Task Delete(Tenant tenant, Key key, CancellationToken cancellationToken) =>
        await store.Commit(
            Transaction.Of(new Operation.Delete(layout.KeyValue(tenant, key))), cancellationToken);

    private KeyValue ToKeyValue(Key key, Entry entry)
    {
        var expiry = entry.Deadline is { } deadline ? Expiry.At(deadline, time.GetUtcNow()) : (Expiry?)null;
        return new KeyValue(key, entry.Value, expiry, entry.ModRevision);
    }
}
