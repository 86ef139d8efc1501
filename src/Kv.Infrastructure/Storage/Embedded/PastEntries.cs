using Microsoft.Data.Sqlite;

namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>Entries at a past revision, on a connection that reads.</summary>
internal sealed class PastEntries(SqliteConnection connection) : IDisposable
{
    private readonly Statement _nextKey = new(
        connection, "SELECT key FROM versions INDEXED BY history WHERE key >= $0 AND key < $1 ORDER BY key LIMIT 1");

    private readonly Statement _at = new(connection, SelectAt(Rows.Columns));
    private readonly Statement _keyAt = new(connection, SelectAt(Rows.ColumnsWithoutValue));

    // It seeks from key to key, so that a key with a long history costs no more than another.
    public IEnumerable<Entry> Range(StoreKey start, StoreKey end, long revision, bool keysOnly)
    {
        while (NextKey(start, end) is { } key)
        {
            if (At(key, revision, keysOnly) is { } entry)
                yield return entry;
            start = key.Next();
        }
    }

    public Entry? At(StoreKey key, long revision, bool keysOnly = false)
    {
        using var row = (keysOnly ? _keyAt : _at).Query(key, revision);
        return row.Read() && (row.IsDBNull(6) || row.GetInt64(6) > revision) ? Rows.Entry(row) : null;
    }

    public void Dispose()
    {
        _nextKey.Dispose();
        _at.Dispose();
        _keyAt.Dispose();
    }

    // The last version that began by the revision. Its last column is the revision at which it ended.
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
