using System.Runtime.CompilerServices;
using Kv.Domain.KeyValues;
using Kv.Domain.Storage;
using Kv.Domain.Tenants;
using Kv.Domain.Watching;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Watching;

namespace Kv.Infrastructure.KeyValues;

/// <summary>
/// The history of a key, read from the store's feed of changes: from the oldest that it keeps to the entry that stands. Where
/// none stands nothing tells the end, so a mark is set behind it.
/// </summary>
internal sealed class KeyValueHistory(IStore store, KeyLayout layout, PastChanges past, KeyChanges changes) : IKeyValueHistory
{
    // So many bytes of values are told at the most.
    private const int MaxBytes = 16 * 1024 * 1024;

    public async Task<KeyHistory> Read(Tenant tenant, Key key, int limit, CancellationToken cancellationToken)
    {
        var place = layout.KeyValue(tenant, key);
        // What is compacted in between is found out by the watch, which then begins again behind it.
        for (var oldest = 0L; ;)
        {
            try
            {
                return new KeyHistory(await Newest(place, oldest, limit, cancellationToken), oldest);
            }
            catch (RevisionCompactedException compacted) when (compacted.CompactRevision > oldest)
            {
                oldest = compacted.CompactRevision;
            }
        }
    }

    private async Task<IReadOnlyList<PastChange>> Newest(
        StoreKey place, long oldest, int limit, CancellationToken cancellationToken)
    {
        var newest = new Queue<PastChange>();
        var bytes = 0L;
        await foreach (var change in All(place, oldest, cancellationToken))
        {
            newest.Enqueue(change);
            bytes += change.Value?.Length ?? 0;
            while (newest.Count > limit || (bytes > MaxBytes && newest.Count > 1))
                bytes -= newest.Dequeue().Value?.Length ?? 0;
        }
        return [.. newest.Reverse()];
    }

    private async IAsyncEnumerable<PastChange> All(
        StoreKey place, long oldest, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var standing = (await store.Get(place, ReadConsistency.Linearizable, cancellationToken)).Entry;
        if (oldest > 0)
        {
            var kept = await store.Range(new RangeQuery(KeyRange.Single(place), Limit: 1, oldest), cancellationToken);
            foreach (var entry in kept.Entries)
                yield return ToChange(entry);
        }
        if (standing?.ModRevision <= oldest)
            yield break;
        // A watch begins at revision 1, a store as well: what is at 1 is no change.
        var feed = standing is null
            ? past.Since(oldest, place, cancellationToken)
            : store.Watch(KeyRange.Single(place), oldest + 1, cancellationToken);
        await foreach (var set in feed)
        {
            foreach (var change in set.Changes)
                if (change.Key.Equals(place) && changes.Of(change, set.Revision) is { } changed)
                    yield return new PastChange(changed.Kind, set.Revision, changed.NewValue, changed.ExpireAt);
            if (set.Revision >= standing?.ModRevision)
                yield break;
        }
    }

    private static PastChange ToChange(Entry entry) => new(
        entry.Version == 1 ? KeyChangeKind.Create : KeyChangeKind.Update, entry.ModRevision, entry.Value, entry.Deadline);
}
