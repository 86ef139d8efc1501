using System.Runtime.CompilerServices;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.KeyValues;

/// <summary>The pages of a listing, the next one read from the store while the present one is sent.</summary>
/// <param name="store">The store.</param>
/// <param name="query">What was asked for the first page.</param>
/// <param name="first">The first page.</param>
internal sealed class ListingPages(IStore store, RangeQuery query, RangePage first)
{
    // Pages grow while a listing goes on: a short one costs little, and a long one few calls. For each call etcd counts what is left
    // of the range, however little is asked for, so few calls are what makes a long listing fast.
    private const int LargestPage = 4096;

    // Up to here pages grow whatever their values are, as far as they fit into an answer of the engine's.
    private const int UsualPage = 1024;

    // And beyond as far as this; it is also what may wait in memory beside the page that is being sent, for each reader that has
    // stopped reading, as far as the page before can tell: of a sudden values may be large, and then an answer of the engine's is the bound.
    private const long SmallPageBytes = 1024 * 1024;

    private RangeQuery _query = query;
    private int _largest = LargestPage;

    /// <summary>
    /// Goes through the pages. There is never more than one beside the one that is used. The second is read when the first was used
    /// up, so who takes nothing holds no more than that; and one that is going to be large is read when its turn comes. That is also
    /// when an error is thrown.
    /// </summary>
    public async IAsyncEnumerable<RangePage> Read([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<RangePage>? ahead = null;
        try
        {
            for (var (page, next) = (first, After(first)); ;)
            {
                yield return page;
                if (next is not { } asked)
                    yield break;
                page = await (ahead ?? store.Range(asked, reading.Token));
                next = After(page);
                // On another thread, as an engine may answer without having waited.
                ahead = next is { } coming && IsSmall(coming, page) ? Task.Run(() => store.Range(coming, reading.Token)) : null;
            }
        }
        finally
        {
            await reading.CancelAsync();
            if (ahead is not null)
                await ((Task)ahead).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private RangeQuery? After(RangePage page)
    {
        if (page.Next is not { } next)
            return null;
        // Where values are too large for more of them in one answer, asking for more again would have the store
        // gather them in vain.
        if (page.FittingLimit < _query.Limit)
            _largest = page.FittingLimit;
        var growing = Math.Max(UsualPage, SmallPageBytes / BytesOfAnEntry(page));
        return _query = _query with
        {
            Range = _query.Range.From(next),
            Limit = (int)Math.Min(_query.Limit * 2, Math.Min(_largest, growing)),
            Revision = page.Revision,
        };
    }

    // Going by the entries of the page before it.
    private static bool IsSmall(RangeQuery coming, RangePage before) => coming.Limit * BytesOfAnEntry(before) <= SmallPageBytes;

    // A page of which all has expired tells nothing.
    private static long BytesOfAnEntry(RangePage page) => page.Entries.Count == 0
        ? SmallPageBytes
        : page.Entries.Sum(entry => (long)entry.Key.Bytes.Length + entry.Value.Length) / page.Entries.Count + 1;
}
