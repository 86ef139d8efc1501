using Kv.Domain.Storage;
using Microsoft.Data.Sqlite;

namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>A connection that reads, with its prepared statements. One thread uses it at a time.</summary>
internal sealed class Reader(SqliteConnection connection) : IDisposable
{
    // A page ends early at this many bytes of values, so that large values do not fill the memory.
    private const int MaxPageBytes = 8 * 1024 * 1024;

    private readonly Statement _begin = new(connection, "BEGIN");
    private readonly Statement _end = new(connection, "COMMIT");
    private readonly Statement _counter = new(connection, "SELECT number FROM counters WHERE name = $0");

    private readonly Statement _point = new(
        connection,
        $"SELECT {Rows.Columns} FROM versions INDEXED BY standing WHERE key = $0 AND end_revision IS NULL");

    private readonly Statement _range = new(connection, Range(Rows.Columns));
    private readonly Statement _rangeOfKeys = new(connection, Range(Rows.ColumnsWithoutValue));

    private readonly Statement _count = new(
        connection,
        """
        SELECT COUNT(*) FROM versions INDEXED BY standing
        WHERE key >= $0 AND key < $1 AND end_revision IS NULL AND (deadline IS NULL OR deadline > $2)
        """);

    private readonly Statement _nextKey = new(
        connection, "SELECT key FROM versions INDEXED BY history WHERE key >= $0 AND key < $1 ORDER BY key LIMIT 1");

    // The last version that began by then, which tells in its last column when it ended.
    private readonly Statement _past = new(connection, Past(Rows.Columns));
    private readonly Statement _pastKey = new(connection, Past(Rows.ColumnsWithoutValue));

    private readonly Statement _puts = new(
        connection,
        $"""
        SELECT {Rows.Columns} FROM versions INDEXED BY puts
        WHERE mod_revision BETWEEN $0 AND $1 AND key >= $2 AND key < $3
        """);

    private readonly Statement _removals = new(
        connection,
        $"""
        SELECT {Rows.Columns}, end_revision, end_kind FROM versions INDEXED BY ends
        WHERE end_revision IS NOT NULL AND end_revision BETWEEN $0 AND $1 AND key >= $2 AND key < $3 AND end_kind <> 0
        """);

    public Entry? Get(StoreKey key, DateTimeOffset now)
    {
        using var row = _point.Query(key);
        if (!row.Read())
            return null;
        var entry = Rows.Entry(row);
        return entry.IsExpiredAt(now) ? null : entry;
    }

    public RangePage Page(RangeQuery query, DateTimeOffset now)
    {
        using var snapshot = new Snapshot(this);
        var revision = snapshot.Resolve(query.Revision);
        var (start, end) = (query.Range.Start, Rows.End(query.Range));
        var limit = query.Limit > 0 ? query.Limit : int.MaxValue - 1;
        var entries = new List<Entry>();
        var (seen, bytes) = (0, 0);
        StoreKey? last = null;
        // One more than asked for tells whether there is a next page.
        foreach (var entry in revision == snapshot.Revision
            ? Standing(start, end, query.KeysOnly, limit + 1)
            : PastEntries(start, end, revision, query.KeysOnly))
        {
            if (seen++ == limit || bytes >= MaxPageBytes)
                return new RangePage(entries, last?.Next(), revision, Math.Max(1, seen - 1));
            last = entry.Key;
            bytes += entry.Value.Length;
            if (!entry.IsExpiredAt(now))
                entries.Add(entry);
        }
        return new RangePage(entries, null, revision);
    }

    public long Count(KeyRange range, long atRevision, DateTimeOffset now)
    {
        using var snapshot = new Snapshot(this);
        var revision = snapshot.Resolve(atRevision);
        var (start, end) = (range.Start, Rows.End(range));
        return revision == snapshot.Revision
            ? _count.Number(start, end, now.ToUnixTimeSeconds()) ?? 0
            : PastEntries(start, end, revision, keysOnly: true).Count(entry => !entry.IsExpiredAt(now));
    }

    /// <summary>Every change of a range between two revisions, both included, in order.</summary>
    /// <exception cref="RevisionCompactedException">The first is no longer kept.</exception>
    public IReadOnlyList<ChangeSet> Changes(KeyRange range, long from, long to)
    {
        using var snapshot = new Snapshot(this);
        if (from <= snapshot.Compacted)
            throw new RevisionCompactedException(snapshot.Compacted);
        var (start, end) = (range.Start, Rows.End(range));
        var changes = new List<(long Revision, Change Change)>();
        using (var rows = _puts.Query(from, to, start, end))
            while (rows.Read())
            {
                var entry = Rows.Entry(rows);
                changes.Add((entry.ModRevision, new Change(ChangeKind.Put, entry.Key, entry, Before(entry))));
            }
        using (var rows = _removals.Query(from, to, start, end))
            while (rows.Read())
            {
                var entry = Rows.Entry(rows);
                var kind = (EndKind)rows.GetInt64(7) == EndKind.Expired ? ChangeKind.Expire : ChangeKind.Delete;
                changes.Add((rows.GetInt64(6), new Change(kind, entry.Key, null, entry)));
            }
        return [.. changes
            .GroupBy(change => change.Revision)
            .OrderBy(revision => revision.Key)
            .Select(revision => new ChangeSet(
                revision.Key, [.. revision.Select(change => change.Change).OrderBy(change => change.Key)]))];
    }

    public void Dispose()
    {
        Statement[] statements =
            [_begin, _end, _counter, _point, _range, _rangeOfKeys, _count, _nextKey, _past, _pastKey, _puts, _removals];
        foreach (var statement in statements)
            statement.Dispose();
        connection.Dispose();
    }

    private static string Range(string columns) =>
        $"SELECT {columns} FROM versions INDEXED BY standing WHERE key >= $0 AND key < $1 AND end_revision IS NULL ORDER BY key LIMIT $2";

    private static string Past(string columns) =>
        $"SELECT {columns}, end_revision FROM versions INDEXED BY history WHERE key = $0 AND mod_revision <= $1 ORDER BY mod_revision DESC LIMIT 1";

    private IEnumerable<Entry> Standing(StoreKey start, StoreKey end, bool keysOnly, int limit)
    {
        using var rows = (keysOnly ? _rangeOfKeys : _range).Query(start, end, limit);
        while (rows.Read())
            yield return Rows.Entry(rows);
    }

    // From key to key, so that a key with a long history costs no more than another.
    private IEnumerable<Entry> PastEntries(StoreKey start, StoreKey end, long revision, bool keysOnly)
    {
        while (NextKey(start, end) is { } key)
        {
            if (At(key, revision, keysOnly ? _pastKey : _past) is { } entry)
                yield return entry;
            start = key.Next();
        }
    }

    private StoreKey? NextKey(StoreKey start, StoreKey end)
    {
        using var row = _nextKey.Query(start, end);
        return row.Read() ? Rows.Key(row, 0) : null;
    }

    private Entry? Before(Entry entry) =>
        entry.Version == 1 ? null : At(entry.Key, entry.ModRevision - 1, _past);

    private static Entry? At(StoreKey key, long revision, Statement past)
    {
        using var row = past.Query(key, revision);
        return row.Read() && (row.IsDBNull(6) || row.GetInt64(6) > revision) ? Rows.Entry(row) : null;
    }

    /// <summary>A state of the database that stays the same over several statements.</summary>
    private readonly ref struct Snapshot : IDisposable
    {
        private readonly Reader _reader;

        public Snapshot(Reader reader)
        {
            _reader = reader;
            reader._begin.Run();
            Revision = reader._counter.Number("revision") ?? 0;
            Compacted = reader._counter.Number("compacted") ?? 0;
        }

        public long Revision { get; }

        public long Compacted { get; }

        /// <summary>The revision to read at; 0 asks for the present one.</summary>
        public long Resolve(long asked)
        {
            if (asked == 0)
                return Revision;
            if (asked > Revision)
                throw new RevisionInFutureException(asked);
            if (asked < Compacted)
                throw new RevisionCompactedException(Compacted);
            return asked;
        }

        public void Dispose() => _reader._end.Run();
    }
}
