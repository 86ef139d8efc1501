using Kv.Domain.Tenants;
using Kv.Domain.Watching;
using Kv.Domain.Webhooks;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Watching;

/// <summary>
/// Reads from the store what watches have missed, a page at a time: however slowly a watch is read, it holds a page and no
/// watch of the store meanwhile. When very many come back at once, so many pages are read at the same time and no more.
/// </summary>
internal sealed class PastPages(PastChanges past, KeyLayout layout, KeyChanges changes) : IDisposable
{
    private const int MaxAtOnce = 32;
    private const int MaxSets = 4_096;
    private const long MaxBytes = 1024 * 1024;

    // What is of no concern to a watch is passed over, and its turn ends all the same.
    private const int MaxScanned = 10_000;

    private readonly SemaphoreSlim _turns = new(MaxAtOnce);

    /// <summary>Reads the next page.</summary>
    /// <param name="tenant">Whose changes.</param>
    /// <param name="pattern">Of which keys.</param>
    /// <param name="after">The revision after which it begins.</param>
    /// <param name="mark">The revision at which this reading of the past is to end; one that lies behind asks for another.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<PastPage> Read(
        Tenant tenant, KeyPattern pattern, long after, long mark, CancellationToken cancellationToken)
    {
        if (mark <= after)
            mark = await past.Mark(cancellationToken);
        await _turns.WaitAsync(cancellationToken);
        try
        {
            return await Fill(tenant, pattern, after, mark, cancellationToken);
        }
        finally
        {
            _turns.Release();
        }
    }

    public void Dispose() => _turns.Dispose();

    private async Task<PastPage> Fill(
        Tenant tenant, KeyPattern pattern, long after, long mark, CancellationToken cancellationToken)
    {
        var sets = new Queue<KeyChangeSet>();
        var (bytes, scanned, through) = (0L, 0, after);
        var from = layout.KeyValuePrefix(tenant, pattern.KeyOrPrefix);
        await foreach (var set in past.Between(after, mark, from, cancellationToken))
        {
            through = set.Revision;
            var concerned = changes.Of(set).Of(tenant, pattern);
            if (concerned.Changes.Count > 0)
            {
                sets.Enqueue(concerned);
                bytes += RecentChanges.Size(concerned);
            }
            if (++scanned >= MaxScanned || sets.Count >= MaxSets || bytes >= MaxBytes)
                break;
        }
        return new PastPage(sets, through, mark);
    }
}

/// <summary>A page of what was missed.</summary>
/// <param name="Sets">The changes that the watch is about.</param>
/// <param name="Through">The revision up to which it tells all.</param>
/// <param name="Mark">The revision at which this reading of the past ends.</param>
internal sealed record PastPage(Queue<KeyChangeSet> Sets, long Through, long Mark)
{
    public bool IsLast => Through >= Mark;
}
