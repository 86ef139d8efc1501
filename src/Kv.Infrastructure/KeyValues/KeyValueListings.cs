using System.Runtime.CompilerServices;
using Kv.Domain.KeyValues;
using Kv.Domain.Tenants;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.KeyValues;

/// <summary>Ranges of keys over the storage waist, whichever engine is behind it.</summary>
internal sealed class KeyValueListings(IStore store, KeyLayout layout, TimeProvider time) : IKeyValueListings
{
    // Pages grow while a listing goes on: a short one costs little, and a long one few calls.
    private const int FirstPage = 32;
    private const int LargestPage = 1024;

    public async Task<KeyValueListing> List(Tenant tenant, string prefix, CancellationToken cancellationToken)
    {
        var query = new RangeQuery(KeyRange.Prefix(layout.KeyValuePrefix(tenant, prefix)), FirstPage);
        var first = await store.Range(query, cancellationToken);
        return new KeyValueListing(first.Revision, Rest(tenant, query, first, cancellationToken));
    }

    private async IAsyncEnumerable<KeyValue> Rest(
        Tenant tenant, RangeQuery query, RangePage page, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var tenantBytes = layout.KeyValuePrefix(tenant).Bytes.Length;
        var largest = LargestPage;
        while (true)
        {
            foreach (var entry in page.Entries)
                yield return Entries.ToKeyValue(Entries.KeyOf(entry, tenantBytes), entry, time);
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
            page = await store.Range(query, cancellationToken);
        }
    }
}
