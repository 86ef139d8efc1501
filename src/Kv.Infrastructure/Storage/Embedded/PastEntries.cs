using System.Buffers;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>Reads entries at a past revision.</summary>
internal sealed class PastEntries(SqliteConnection connection)
{
    private readonly Statement _nextKey = new(
        connection, "SELECT key FROM versions INDEXED BY history WHERE key >= $0 AND key < $1 ORDER BY key LIMIT 1");

    // SQLite reads only the index. DISTINCT would take longer than the walk itself.
    private readonly Statement _names = new(
        connection, "SELECT key FROM versions INDEXED BY history WHERE key >= $0 AND key < $1 ORDER BY key");

    private readonly Statement _at = new(connection, SelectAt(Rows.Columns));
    private readonly Statement _keyAt = new(connection, SelectAt(Rows.ColumnsWithoutValue));

    // Seeks from key to key, so that a key with a long history costs no more than another.
    public IEnumerable<Entry> Range(StoreKey start, StoreKey end, long revision, bool keysOnly)
    {
        while (NextKey(start, end) is { } key)
        {
            if (At(key, revision, keysOnly) is { } entry)
                yield return entry;
            start = key.Next();
        }
    }

    /// <summary>The entries at a revision that a query with a filter selects, with those that have expired.</summary>
    /// <param name="limit">The most names to examine: those of all keys with a kept version.</param>
    public RangePage Select(RangeQuery query, KeyFilter filter, int limit, long revision)
    {
        var entries = new List<Entry>();
        var examined = 0;
        var last = new ArrayBufferWriter<byte>();
        using var rows = _names.Query(query.Range.Start, Rows.End(query.Range));
        while (rows.Read())
        {
            // An array for each name would take longer than the walk.
            var name = raw.sqlite3_column_blob(rows.Handle, 0);
            if (name.SequenceEqual(last.WrittenSpan))
                continue;
            if (examined++ == limit)
                return new RangePage(entries, new StoreKey(name.ToArray()), revision, Examined: limit);
            last.ResetWrittenCount();
            last.Write(name);
            if (filter(name) && At(new StoreKey(name.ToArray()), revision, query.KeysOnly) is { } entry)
                entries.Add(entry);
        }
        return new RangePage(entries, null, revision, Examined: examined);
    }

    public Entry? At(StoreKey key, long revision, bool keysOnly = false)
    {
        using var row = (keysOnly ? _keyAt : _at).Query(key, revision);
        return row.Read() && (row.IsDBNull(6) || row.GetInt64(6) > revision)
            ? Rows.Entry(row, keysOnly)
            : null;
    }

    // Selects the last version that began at or before the revision; the last column is the revision at which it ended.
    private static string SelectAt(string columns) =>
        $"""
        SELECT {columns}, end_revision FROM versions INDEXED BY history
        WHERE key = $0 AND mod_revision <= $1 ORDER BY mod_revision DESC LIMIT 1
        """;

    private StoreKey? NextKey(StoreKey start, StoreKey end)
    {
        using var row = _nextKey.Query(start, end);
        return row.Read() ? Rows.Key(row, 0) : null;
    }
}
