using System.Runtime.CompilerServices;

namespace Kv.Infrastructure.Storage;

/// <summary>Reads that combine or simplify those of <see cref="IStore"/>.</summary>
internal static class StoreReads
{
    /// <summary>The current revision: reads a key that never exists, the cheapest linearizable read.</summary>
    public static async Task<long> CurrentRevision(
        this IStore store, KeyLayout layout, CancellationToken cancellationToken) =>
        (await store.Get(layout.AbsentKey, ReadConsistency.Linearizable, cancellationToken)).Revision;

    /// <summary>
    /// Reads a range page by page, all pages at one revision. Pages of large values have fewer entries.
    /// </summary>
    /// <param name="query">The first page. Its limit is the most entries of any page.</param>
    /// <param name="firstLimit">The most entries of the first page, when the size of the values is not known.</param>
    /// <exception cref="RevisionCompactedException">The revision is no longer kept.</exception>
    public static async IAsyncEnumerable<RangePage> Pages(
        this IStore store, RangeQuery query, [EnumeratorCancellation] CancellationToken cancellationToken,
        int? firstLimit = null)
    {
        for (var next = query with { Limit = firstLimit ?? query.Limit }; ;)
        {
            var page = await store.Range(next, cancellationToken);
            yield return page;
            if (page.Next is not { } start)
                yield break;
            next = query with
            {
                Range = query.Range.From(start),
                Revision = page.Revision,
                Limit = Math.Min(query.Limit, 2 * Math.Min(next.Limit, page.FittingLimit)),
            };
        }
    }
}
