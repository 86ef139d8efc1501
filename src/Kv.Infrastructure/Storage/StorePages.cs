using System.Runtime.CompilerServices;
using Kv.Domain.Storage;

namespace Kv.Infrastructure.Storage;

/// <summary>Reads ranges to their end.</summary>
internal static class StorePages
{
    /// <summary>
    /// Reads a range page by page, all pages at one revision. Pages of large values have fewer entries.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="query">The first page. Its limit is the most entries of any page.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
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
