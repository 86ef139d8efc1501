using Kv.Domain.Watching;
using Kv.Infrastructure.Changes;

namespace Kv.Infrastructure.Watching;

/// <summary>
/// Reads missed changes from the store page by page, so a slow reader holds one page. The page takes a share of the
/// budget.
/// </summary>
internal sealed class CatchUpReader(PastChanges past, KeyChangeMapper changes, IWatchBudget budget)
{
    private const int MaxSets = 4_096;
    private const long MaxBytes = 1024 * 1024;

    /// <summary>Reads the next page.</summary>
    /// <param name="epoch">The epoch to which the revisions belong.</param>
    /// <param name="after">The revision after which the page begins.</param>
    /// <param name="mark">
    /// The revision at which this reading of the past ends; when it is not after the start, the current one is used.
    /// </param>
    /// <param name="isOpening">Whether the watch is being opened: then it waits only for a short time.</param>
    public async Task<PastPage> Read(
        Epoch epoch, Tenant tenant, KeyPattern pattern, long after, long mark, bool isOpening,
        CancellationToken cancellationToken)
    {
        if (mark <= after)
            mark = await past.CurrentRevision(cancellationToken);
        var share = await budget.Take(tenant, MaxBytes, isOpening, cancellationToken);
        try
        {
            return await Fill(epoch, tenant, pattern, after, mark, share, cancellationToken);
        }
        catch
        {
            share.Dispose();
            throw;
        }
    }

    private async Task<PastPage> Fill(
        Epoch epoch, Tenant tenant, KeyPattern pattern, long after, long mark, IWatchShare share,
        CancellationToken cancellationToken)
    {
        var sets = new Queue<KeyChangeSet>();
        var bytes = 0L;
        await foreach (var set in past.Between(epoch, tenant, pattern, after, mark, cancellationToken))
        {
            var concerned = changes.Map(set).Matching(tenant, pattern);
            if (concerned.Changes.Count > 0)
            {
                sets.Enqueue(concerned);
                bytes += RecentChanges.Size(concerned);
            }
            if (sets.Count >= MaxSets || bytes >= MaxBytes)
                return Page(set.Revision);
        }
        return Page(mark);

        // One revision may be larger than the share.
        PastPage Page(long until)
        {
            share.Resize(bytes);
            return new PastPage(sets, until, mark, share);
        }
    }
}

/// <summary>A page of missed changes.</summary>
/// <param name="Sets">The changes of the watch's keys.</param>
/// <param name="Through">The revision up to which the page is complete.</param>
/// <param name="Mark">The revision at which this reading of the past ends.</param>
/// <param name="Share">The share of the budget that its changes take; null for the page before the first.</param>
internal sealed record PastPage(Queue<KeyChangeSet> Sets, long Through, long Mark, IWatchShare? Share) : IDisposable
{
    public bool IsLast => Through >= Mark;

    public void Dispose() => Share?.Dispose();
}
