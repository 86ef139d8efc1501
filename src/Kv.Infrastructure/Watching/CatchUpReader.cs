using Kv.Domain.KeyValues;
using Kv.Domain.Tenants;
using Kv.Domain.Watching;
using Kv.Infrastructure.Changes;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Watching;

/// <summary>
/// Reads missed changes from the store, a page at a time: however slowly a watch is read, it holds one page and no
/// watch of the store meanwhile. Many watches that return at once take turns.
/// </summary>
internal sealed class CatchUpReader(PastChanges past, ScanTurns turns, KeyLayout layout, KeyChangeMapper changes)
{
    private const int MaxSets = 4_096;
    private const long MaxBytes = 1024 * 1024;

    /// <summary>Reads the next page.</summary>
    /// <param name="epoch">The epoch to which the revisions belong.</param>
    /// <param name="tenant">The tenant of the changes.</param>
    /// <param name="pattern">The pattern of the keys.</param>
    /// <param name="after">The revision after which the page begins.</param>
    /// <param name="mark">
    /// The revision at which this reading of the past ends; when it is not after the start, the present one is used.
    /// </param>
    /// <param name="cancellationToken">Cancels the read.</param>
    public async Task<PastPage> Read(
        Epoch epoch, Tenant tenant, KeyPattern pattern, long after, long mark, CancellationToken cancellationToken)
    {
        if (mark <= after)
            mark = await past.Present(cancellationToken);
        using var turn = await turns.Enter(tenant, cancellationToken);
        return await Fill(epoch, tenant, pattern, after, mark, cancellationToken);
    }

    private async Task<PastPage> Fill(
        Epoch epoch, Tenant tenant, KeyPattern pattern, long after, long mark, CancellationToken cancellationToken)
    {
        var sets = new Queue<KeyChangeSet>();
        var bytes = 0L;
        var through = Math.Min(mark, after + PastChanges.MaxScanned);
        await foreach (var set in past.Between(
            epoch, after, through, layout.KeyValuesOf(tenant, pattern), cancellationToken))
        {
            var concerned = changes.Map(set).Matching(tenant, pattern);
            if (concerned.Changes.Count > 0)
            {
                sets.Enqueue(concerned);
                bytes += RecentChanges.Size(concerned);
            }
            if (sets.Count >= MaxSets || bytes >= MaxBytes)
                return new PastPage(sets, set.Revision, mark);
        }
        return new PastPage(sets, through, mark);
    }
}

/// <summary>A page of missed changes.</summary>
/// <param name="Sets">The changes of the watch's keys.</param>
/// <param name="Through">The revision up to which the page is complete.</param>
/// <param name="Mark">The revision at which this reading of the past ends.</param>
internal sealed record PastPage(Queue<KeyChangeSet> Sets, long Through, long Mark)
{
    public bool IsLast => Through >= Mark;
}
