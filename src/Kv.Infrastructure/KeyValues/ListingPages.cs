using System.Runtime.CompilerServices;

namespace Kv.Infrastructure.KeyValues;

/// <summary>The pages of a listing. The next page is read from the store while the current one is sent.</summary>
/// <param name="epoch">The store's epoch before the first page was read.</param>
internal sealed class ListingPages(IStore store, Epoch epoch, RangeQuery query, RangePage first)
{
    // Pages grow during a listing: a short listing costs little, and a long one takes few calls. In each call etcd
    // counts the rest of the range, whatever the limit, so few calls make a long listing fast.
    private const int LargestPage = 4096;

    // Up to this limit pages grow whatever the size of their values, as long as they fit into a page's bytes.
    private const int UsualPage = 1024;

    // Beyond it, pages grow up to this size, estimated by the page before. It also limits the page that waits in memory
    // for a stalled reader besides the one being sent. If values are suddenly larger, the engine's largest answer is
    // the limit.
    private const long SmallPageBytes = 1024 * 1024;

    private RangeQuery _query = query;
    private int _largest = LargestPage;

    /// <summary>
    /// Reads the pages. Besides the page in use, at most one is in memory. The second page is read only after the first
    /// was consumed, so that a reader that takes nothing costs no more. A page that is expected to be large is read
    /// only when it is needed. Errors are thrown when their page is needed.
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
                // After a restore the revision may exist again, with other keys.
                if (store.Epoch is var current && current != epoch)
                    throw new StoreRestoredException(current.Since);
                next = After(page);
                // On another thread, as an engine may answer synchronously.
                ahead = next is { } coming && IsSmall(coming, page)
                    ? Task.Run(() => store.Range(coming, reading.Token))
                    : null;
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
        // Values are too large for more of them in one answer: a higher limit would only make the store load them for
        // nothing.
        if (page.FittingLimit < _query.Limit)
            _largest = page.FittingLimit;
        var growing = Math.Max(UsualPage, SmallPageBytes / BytesOfAnEntry(page));
        return _query = _query with
        {
            Range = _query.Range.From(next),
            Limit = (int)Math.Clamp(
                IKeyValueListings.PageBytes / BytesOfAnEntry(page), 1,
                Math.Min(_query.Limit * 2, Math.Min(_largest, growing))),
            Revision = page.Revision,
        };
    }

    // Estimated by the entries of the page before.
    private static bool IsSmall(RangeQuery coming, RangePage before) =>
        coming.Limit * BytesOfAnEntry(before) <= SmallPageBytes;

    // A page whose entries have all expired gives no estimate.
    private static long BytesOfAnEntry(RangePage page) => page.Entries.Count == 0
        ? SmallPageBytes
        : page.Entries.Sum(entry => (long)entry.Key.Bytes.Length + entry.Value.Length) / page.Entries.Count + 1;
}
