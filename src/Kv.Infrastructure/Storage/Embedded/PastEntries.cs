using Microsoft.Data.Sqlite;

namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>Reads entries at a past revision.</summary>
internal sealed class PastEntries(SqliteConnection connection)
{
    private readonly Statement _nextKey = new(
        connection, "SELECT key FROM versions INDEXED BY history WHERE key >= $0 AND key < $1 ORDER BY key LIMIT 1");

    // SQLite reads only the index.
    private readonly Statement _names = new(
        connection,
        """
        SELECT DISTINCT key FROM versions INDEXED BY history
        WHERE key >= $0 AND key < $1 ORDER BY key LIMIT $2
        """);

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

    /// <summary>Every key of a range with a kept version, whether or not it exists at the revision.</summary>
    public IEnumerable<byte[]> Names(StoreKey start, StoreKey end, int limit)
    {
        using var rows = _names.Query(start, end, limit);
        while (rows.Read())
            yield return rows.GetFieldValue<byte[]>(0);
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
