using Microsoft.Data.Sqlite;

namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>A read connection with its prepared statements. One thread uses it at a time.</summary>
internal sealed class Reader : IDisposable
{
    // A page ends early at values of this size: large values must not fill the memory.
    private const int MaxPageBytes = 8 * 1024 * 1024;

    // How many revisions a watch of many keys reads at once. The limit bounds the time of a read. A watch of a single
    // key needs none: the index finds its changes.
    private const int MaxRevisionsOfRead = 1_000;

    private readonly SqliteConnection _connection;
    private readonly LatestRevision _latest;
    private readonly Snapshots _snapshots;
    private readonly PastEntries _past;
    private readonly ChangeLog _changes;
    private readonly ChangeLog _changesOfKeys;
    private readonly Statement _point;
    private readonly Statement _range;
    private readonly Statement _rangeOfKeys;
    private readonly Statement _count;

    private Reader(SqliteConnection connection, LatestRevision latest)
    {
        (_connection, _latest) = (connection, latest);
        _snapshots = new Snapshots(connection, latest);
        _past = new PastEntries(connection);
        _changes = new ChangeLog(connection, _past, keysOnly: false);
        _changesOfKeys = new ChangeLog(connection, _past, keysOnly: true);
        _point = new Statement(
            connection,
            $"SELECT {Rows.Columns} FROM versions INDEXED BY standing WHERE key = $0 AND end_revision IS NULL");
        _range = new Statement(connection, SelectRange(Rows.Columns));
        _rangeOfKeys = new Statement(connection, SelectRange(Rows.ColumnsWithoutValue));
        // An index alone counts the keys. Few of them have expired and wait for their removal.
        _count = new Statement(
            connection,
            """
            SELECT (SELECT COUNT(*) FROM versions INDEXED BY standing
                WHERE key >= $0 AND key < $1 AND end_revision IS NULL)
            - (SELECT COUNT(*) FROM versions INDEXED BY deadlines
                WHERE key >= $0 AND key < $1 AND end_revision IS NULL AND deadline <= $2)
            """);
    }

    public static Reader Open(string file, LatestRevision latest) => new(Schema.Connect(file), latest);

    public PointRead GetPoint(StoreKey key, DateTimeOffset now)
    {
        // A found entry existed at this revision, or its own revision is later. An absent entry has no revision: only a
        // snapshot proves at which revision it was absent.
        var revision = _latest.Value;
        if (Get(key, now) is { } found)
            return new PointRead(found, Math.Max(revision, found.ModRevision));
        using var snapshot = _snapshots.Take();
        return new PointRead(Get(key, now), snapshot.Revision);
    }

    public PairRead GetPair(StoreKey first, StoreKey second, DateTimeOffset now)
    {
        using var snapshot = _snapshots.Take();
        return new PairRead(Get(first, now), Get(second, now), snapshot.Revision);
    }

    public RangePage Page(RangeQuery query, DateTimeOffset now)
    {
        using var snapshot = _snapshots.Take();
        var revision = snapshot.Resolve(query.Revision);
        var (start, end) = (query.Range.Start, Rows.End(query.Range));
        var limit = query.Limit > 0 ? query.Limit : int.MaxValue - 1;
        if (query.Filter is { } filter)
        {
            var page = _past.Select(query, filter, limit, revision);
            return query.WithExpired ? page
                : page with { Entries = [.. page.Entries.Where(entry => !entry.IsExpiredAt(now))] };
        }
        var entries = new List<Entry>();
        var (seen, bytes) = (0, 0);
        StoreKey? last = null;
        // An entry beyond the limit shows that there is a next page.
        foreach (var entry in revision == snapshot.Revision
            ? CurrentEntries(start, end, query.KeysOnly, limit + 1)
            : _past.Range(start, end, revision, query.KeysOnly))
        {
            if (seen++ == limit || bytes >= MaxPageBytes)
                return new RangePage(entries, last?.Next(), revision, Math.Max(1, seen - 1));
            last = entry.Key;
            bytes += entry.Value.Length;
            if (query.WithExpired || !entry.IsExpiredAt(now))
                entries.Add(entry);
        }
        return new RangePage(entries, null, revision);
    }

    public long Count(KeyRange range, long atRevision, DateTimeOffset now)
    {
        using var snapshot = _snapshots.Take();
        var revision = snapshot.Resolve(atRevision);
        var (start, end) = (range.Start, Rows.End(range));
        return revision == snapshot.Revision
            ? _count.Number(start, end, now.ToUnixTimeSeconds()) ?? 0
            : _past.Range(start, end, revision, keysOnly: true).Count(entry => !entry.IsExpiredAt(now));
    }

    /// <summary>The next changes of a range from a revision on; empty when the revision has not been reached.</summary>
    /// <exception cref="RevisionCompactedException">Changes at the revision are no longer kept.</exception>
    public ChangePage Changes(KeyRange range, long from, bool keysOnly = false)
    {
        using var snapshot = _snapshots.Take();
        if (from <= snapshot.Compacted)
            throw new RevisionCompactedException(snapshot.Compacted);
        return from > snapshot.Revision
            ? new ChangePage([], from - 1)
            : (keysOnly ? _changesOfKeys : _changes).Between(
                range, from,
                range.IsSingle ? snapshot.Revision : Math.Min(snapshot.Revision, from + MaxRevisionsOfRead - 1));
    }

    public void Dispose() => _connection.Dispose();

    private static string SelectRange(string columns) =>
        $"""
        SELECT {columns} FROM versions INDEXED BY standing
        WHERE key >= $0 AND key < $1 AND end_revision IS NULL ORDER BY key LIMIT $2
        """;

    private Entry? Get(StoreKey key, DateTimeOffset now)
    {
        using var row = _point.Query(key);
        if (!row.Read())
            return null;
        var entry = Rows.Entry(row);
        _latest.RaiseTo(entry.ModRevision);
        return entry.IsExpiredAt(now) ? null : entry;
    }

    private IEnumerable<Entry> CurrentEntries(StoreKey start, StoreKey end, bool keysOnly, int limit)
    {
        using var rows = (keysOnly ? _rangeOfKeys : _range).Query(start, end, limit);
        while (rows.Read())
            yield return Rows.Entry(rows, keysOnly);
    }
}
