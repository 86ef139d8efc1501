using Kv.Infrastructure.Changes;

namespace Kv.Infrastructure.KeyValues;

/// <summary>
/// Reads the history of a key backwards: each entry leads to the one that it replaced. While the key is absent, no
/// entry contains the revision of its removal, so the changes are scanned for it, the latest revisions first.
/// </summary>
internal sealed class KeyValueHistory(IStore store, KeyLayout layout, KeyChangeMapper changes) : IKeyValueHistory
{
    // A call scans this many revisions for a removal at most; the next page continues there.
    private const long MaxScanned = 50_000;

    // Each change that a scan finds is read with its values, but only the last one is needed.
    private const long FirstScan = 50;
    private const int Growth = 10;

    public async Task<KeyHistory> Read(
        Tenant tenant, Key key, long? before, int limit, CancellationToken cancellationToken)
    {
        var (epoch, place) = (store.Epoch, layout.KeyValue(tenant, key));
        var (found, bytes) = (new List<HistoryEntry>(), 0L);
        // The revision up to which the history is still to be read; null for the current one.
        var through = before - 1;
        try
        {
            while (through != 0 && found.Count < limit && bytes < IKeyValueListings.PageBytes)
            {
                var page = await store.Range(
                    new RangeQuery(KeyRange.Single(place), Limit: 1, through ?? 0, WithExpired: true),
                    cancellationToken);
                if (page.Entries is [var entry])
                {
                    found.Add(ToHistoryEntry(entry));
                    bytes += entry.Value.Length;
                    through = entry.ModRevision - 1;
                    continue;
                }
                var (removal, scannedAfter) = await LastRemoval(epoch, place, page.Revision, cancellationToken);
                through = removal?.Revision - 1 ?? scannedAfter;
                if (removal is null)
                    break;
                found.Add(removal);
            }
            return new KeyHistory(found, OldestRevision: 0, Before: through > 0 ? through + 1 : null);
        }
        catch (RevisionCompactedException compacted) when (compacted is not StoreRestoredException)
        {
            return new KeyHistory(found, compacted.CompactRevision, Before: null);
        }
    }

    // The last change up to a revision at which the key is absent, and the revision after which it was searched.
    private async Task<(HistoryEntry? Removal, long After)> LastRemoval(
        Epoch epoch, StoreKey place, long through, CancellationToken cancellationToken)
    {
        var end = Math.Max(0, through - MaxScanned);
        for (var size = FirstScan; ; size *= Growth)
        {
            var after = Math.Max(end, through - size);
            var removal = await LastKeptChange(epoch, place, after, through, cancellationToken);
            if (removal is not null || after == end)
                return (removal, after);
            through = after;
        }
    }

    private async Task<HistoryEntry?> LastKeptChange(
        Epoch epoch, StoreKey place, long after, long through, CancellationToken cancellationToken)
    {
        try
        {
            return await LastChange(epoch, place, after, through, cancellationToken);
        }
        catch (RevisionCompactedException compacted) when (compacted is not StoreRestoredException
            && compacted.CompactRevision > after)
        {
            var kept = compacted.CompactRevision;
            if (kept < through && await LastChange(epoch, place, kept, through, cancellationToken) is { } last)
                return last;
            throw;
        }
    }

    private async Task<HistoryEntry?> LastChange(
        Epoch epoch, StoreKey place, long after, long through, CancellationToken cancellationToken)
    {
        HistoryEntry? last = null;
        await foreach (var set in store.Changes(epoch, KeyRange.Single(place), after + 1, through, cancellationToken))
            foreach (var change in set.Changes)
                if (changes.Map(change, set.Revision) is { } changed)
                    last = new HistoryEntry(changed.Kind, set.Revision, changed.NewValue, changed.ExpireAt);
        return last;
    }

    private static HistoryEntry ToHistoryEntry(Entry entry) => new(
        entry.Version == 1 ? KeyChangeKind.Create : KeyChangeKind.Update, entry.ModRevision, entry.Value,
        entry.Deadline);
}
