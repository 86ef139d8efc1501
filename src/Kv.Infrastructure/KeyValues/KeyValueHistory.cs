using Kv.Domain.KeyValues;
using Kv.Domain.Storage;
using Kv.Domain.Tenants;
using Kv.Infrastructure.Changes;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.KeyValues;

/// <summary>
/// The history of a key, read backwards: each value before the one that replaced it. While the key is absent, no entry
/// contains the revision of its removal: the changes before are scanned, the latest revisions first.
/// </summary>
internal sealed class KeyValueHistory(IStore store, KeyLayout layout, ScanTurns turns, KeyChangeMapper changes)
    : IKeyValueHistory
{
    private const long FirstScan = 2_000;
    private const int Growth = 5;

    public async Task<KeyHistory> Read(
        Tenant tenant, Key key, long? before, int limit, CancellationToken cancellationToken)
    {
        var (epoch, place) = (store.Epoch, layout.KeyValue(tenant, key));
        var (found, bytes) = (new List<HistoryEntry>(), 0L);
        // The revision up to which the history is still to be read; null for the present one.
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
                    found.Add(ToChange(entry));
                    bytes += entry.Value.Length;
                    through = entry.ModRevision - 1;
                    continue;
                }
                using var turn = await turns.Take(tenant, cancellationToken);
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
        var end = Math.Max(0, through - PastChanges.MaxScanned);
        for (var size = FirstScan; ; size *= Growth)
        {
            var after = Math.Max(end, through - size);
            var removal = await LastKept(epoch, place, after, through, cancellationToken);
            if (removal is not null || after == end)
                return (removal, after);
            through = after;
        }
    }

    private async Task<HistoryEntry?> LastKept(
        Epoch epoch, StoreKey place, long after, long through, CancellationToken cancellationToken)
    {
        try
        {
            return await Last(epoch, place, after, through, cancellationToken);
        }
        catch (RevisionCompactedException compacted) when (compacted is not StoreRestoredException
            && compacted.CompactRevision > after)
        {
            var kept = compacted.CompactRevision;
            if (kept < through && await Last(epoch, place, kept, through, cancellationToken) is { } last)
                return last;
            throw;
        }
    }

    private async Task<HistoryEntry?> Last(
        Epoch epoch, StoreKey place, long after, long through, CancellationToken cancellationToken)
    {
        HistoryEntry? last = null;
        await foreach (var set in store.Changes(epoch, KeyRange.Single(place), after + 1, through, cancellationToken))
            foreach (var change in set.Changes)
                if (changes.Map(change, set.Revision) is { } changed)
                    last = new HistoryEntry(changed.Kind, set.Revision, changed.NewValue, changed.ExpireAt);
        return last;
    }

    private static HistoryEntry ToChange(Entry entry) => new(
        entry.Version == 1 ? KeyChangeKind.Create : KeyChangeKind.Update, entry.ModRevision, entry.Value,
        entry.Deadline);
}
