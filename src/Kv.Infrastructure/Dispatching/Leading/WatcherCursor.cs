using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Kv.Infrastructure.Dispatching.Leading;

/// <summary>The last settled revision, saved for the next leader.</summary>
internal sealed partial class WatcherCursor(
    RetryingStore store, KeyLayout layout, TimeProvider time, ILogger<WatcherCursor> logger)
{
    private static readonly long LatestMilliseconds = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    /// <summary>
    /// Reads the cursor and the store's current revision; the cursor is null when no leader has saved one.
    /// </summary>
    public async Task<(long? Cursor, long Current)> Load(CancellationToken cancellationToken)
    {
        var (entry, current) = await store.Get(layout.WatcherCursor, ReadConsistency.Linearizable, cancellationToken);
        while (entry is not null && Utf8Parser.TryParse(entry.Value.Span, out long cursor, out _))
        {
            // A cursor is saved after the revision that it contains.
            if (cursor < entry.ModRevision)
                return (cursor, current);
            // A restore has taken back the revision in this cursor: the old leader saved the cursor before it noticed
            // the restore.
            LogTakenBack(cursor, entry.ModRevision);
            entry = await ReadAt(entry.ModRevision - 1, cancellationToken);
        }
        return (null, current);
    }

    /// <summary>
    /// Writes the cursor, followed by the leader's time: earlier versions read only the first number.
    /// </summary>
    public Operation Write(long revision) => new Operation.Put(
        layout.WatcherCursor, Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"{revision} {time.GetUtcNow().ToUnixTimeMilliseconds()}")));

    /// <summary>When the cursor was saved, by that leader's clock; null when an earlier version saved it.</summary>
    public static DateTimeOffset? SavedAt(ReadOnlySpan<byte> stored) =>
        Utf8Parser.TryParse(stored, out long _, out var length) && length < stored.Length
        && Utf8Parser.TryParse(stored[(length + 1)..], out long milliseconds, out _)
        && milliseconds >= 0 && milliseconds <= LatestMilliseconds
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : null;

    private async Task<Entry?> ReadAt(long revision, CancellationToken cancellationToken)
    {
        if (revision == 0)
            return null;
        try
        {
            var query = new RangeQuery(KeyRange.Single(layout.WatcherCursor), Limit: 1, revision);
            return (await store.Range(query, cancellationToken)).Entries.SingleOrDefault();
        }
        catch (RevisionCompactedException)
        {
            return null;
        }
    }
}
