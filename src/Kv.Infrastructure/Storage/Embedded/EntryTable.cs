using Microsoft.Data.Sqlite;

namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>The writer's statements on the entries. Only the writer's thread uses it.</summary>
internal sealed class EntryTable(SqliteConnection connection)
{
    // SQLite walks through a large value to delete it, about half a millisecond for each MiB in memory.
    private const long UsualDeletedBytes = 4 * 1024 * 1024;

    private readonly Statement _counter = new(connection, "SELECT number FROM counters WHERE name = $0");
    private readonly Statement _setCounter = new(connection, "UPDATE counters SET number = $1 WHERE name = $0");

    private readonly Statement _find = new(
        connection,
        """
        SELECT id, create_revision, version FROM versions INDEXED BY standing
        WHERE key = $0 AND end_revision IS NULL
        """);

    private readonly Statement _range = new(connection, SelectRange(Rows.Columns));
    private readonly Statement _rangeOfKeys = new(connection, SelectRange(Rows.ColumnsWithoutValue));

    private readonly Statement _end = new(
        connection, "UPDATE versions SET end_revision = $1, end_kind = $2 WHERE id = $0");

    private readonly Statement _endRange = new(
        connection,
        """
        UPDATE versions INDEXED BY standing SET end_revision = $2, end_kind = $3
        WHERE key >= $0 AND key < $1 AND end_revision IS NULL
        """);

    private readonly Statement _insert = new(
        connection,
        """
        INSERT INTO versions (key, create_revision, mod_revision, version, deadline, value, content)
        VALUES ($0, $1, $2, $3, $4, $5, $6)
        """);

    private readonly Statement _insertContent = new(
        connection, "INSERT INTO contents (value) VALUES ($0) RETURNING id");

    private readonly Statement _copy = new(
        connection,
        """
        INSERT INTO versions (key, create_revision, mod_revision, version, deadline, value, content)
        SELECT key, create_revision, $1, version + 1, $2, value, content FROM versions WHERE id = $0
        """);

    private readonly Statement _endDue = new(
        connection,
        """
        UPDATE versions SET end_revision = $1, end_kind = $2 WHERE id IN
            (SELECT id FROM versions INDEXED BY deadlines
             WHERE end_revision IS NULL AND deadline IS NOT NULL AND deadline <= $0 ORDER BY deadline LIMIT $3)
        """);

    private readonly Statement _endDueRange = new(
        connection,
        """
        UPDATE versions INDEXED BY standing SET end_revision = $2, end_kind = $3
        WHERE key >= $0 AND key < $1 AND end_revision IS NULL AND deadline <= $4
        """);

    private readonly Statement _nextDeadline = new(
        connection,
        "SELECT MIN(deadline) FROM versions INDEXED BY deadlines WHERE end_revision IS NULL AND deadline IS NOT NULL");

    // The contents of ended versions, each with the last version that has it. Versions of one content end in the order
    // of their ids.
    private readonly Statement _endedContents = new(
        connection,
        """
        SELECT contents.id, length(contents.value)
        FROM versions INDEXED BY ends LEFT JOIN contents ON contents.id = versions.content AND NOT EXISTS
            (SELECT 1 FROM versions AS later INDEXED BY holders
             WHERE later.content = versions.content AND later.id > versions.id)
        WHERE end_revision IS NOT NULL AND end_revision <= $0 ORDER BY end_revision, versions.id LIMIT $1
        """);

    private readonly Statement _deleteEnded = new(
        connection,
        """
        DELETE FROM versions WHERE id IN
            (SELECT id FROM versions INDEXED BY ends
             WHERE end_revision IS NOT NULL AND end_revision <= $0 ORDER BY end_revision, id LIMIT $1)
        """);

    private readonly Statement _deleteContent = new(connection, "DELETE FROM contents WHERE id = $0");

    public Statement Begin { get; } = new(connection, "BEGIN IMMEDIATE");

    public Statement Commit { get; } = new(connection, "COMMIT");

    public Statement Rollback { get; } = new(connection, "ROLLBACK");

    /// <summary>Sets a savepoint for <see cref="Keep"/> or <see cref="Undo"/>.</summary>
    public Statement Save { get; } = new(connection, "SAVEPOINT one");

    public Statement Keep { get; } = new(connection, "RELEASE one");

    public Statement Undo { get; } = new(connection, "ROLLBACK TO one; RELEASE one");

    public long Counter(string name) => _counter.Number(name) ?? 0;

    public void SetCounter(string name, long number) => _setCounter.Run(name, number);

    /// <summary>The entries of a range that have not expired by a second of Unix time.</summary>
    public IReadOnlyList<Entry> Range(KeyRange range, long second, int limit = 0, bool keysOnly = false)
    {
        var entries = new List<Entry>();
        var statement = keysOnly ? _rangeOfKeys : _range;
        using var rows = statement.Query(range.Start, Rows.End(range), second, limit > 0 ? limit : -1);
        while (rows.Read())
            entries.Add(Rows.Entry(rows, keysOnly));
        return entries;
    }

    public void Put(Operation.Put put, long revision)
    {
        var (createRevision, version) = (revision, 1L);
        long? standing = null;
        using (var row = _find.Query(put.Key))
            if (row.Read())
                (standing, createRevision, version) = (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2) + 1);
        if (standing is { } id)
            _end.Run(id, revision, (int)EndKind.Overwritten);
        if (put.Value.Length <= Schema.MaxInlineBytes)
            _insert.Run(put.Key, createRevision, revision, version, put.Deadline, put.Value, null);
        else
            _insert.Run(
                put.Key, createRevision, revision, version, put.Deadline, Array.Empty<byte>(),
                _insertContent.Number(put.Value));
    }

    /// <summary>Changes the deadline of an entry.</summary>
    /// <returns>Whether the entry existed.</returns>
    public bool Touch(Operation.Touch touch, long revision)
    {
        long standing;
        using (var row = _find.Query(touch.Key))
        {
            if (!row.Read())
                return false;
            standing = row.GetInt64(0);
        }
        _end.Run(standing, revision, (int)EndKind.Overwritten);
        _copy.Run(standing, revision, touch.Deadline);
        return true;
    }

    public int Delete(KeyRange range, long revision) =>
        _endRange.Run(range.Start, Rows.End(range), revision, (int)EndKind.Deleted);

    /// <summary>
    /// Expires entries that are due by a second of Unix time, the oldest first. Returns their number.
    /// </summary>
    public int Expire(long second, long revision, int limit) =>
        _endDue.Run(second, revision, (int)EndKind.Expired, limit);

    /// <summary>Expires every entry of a range that is due by a second of Unix time. Returns their number.</summary>
    public int Expire(KeyRange range, long second, long revision) =>
        _endDueRange.Run(range.Start, Rows.End(range), revision, (int)EndKind.Expired, second);

    public long? NextDeadline() => _nextDeadline.Number();

    /// <summary>
    /// Deletes versions that ended at or before a revision, and the large values that no later version has: about
    /// 4 MiB of them, or twice the bytes that are written meanwhile, so that deletions keep up. Returns the number of
    /// versions.
    /// </summary>
    public int DeleteEnded(long revision, int limit, long writtenBytes)
    {
        var maxBytes = Math.Max(UsualDeletedBytes, 2 * writtenBytes);
        var (count, bytes) = (0, 0L);
        var contents = new List<long>();
        using (var rows = _endedContents.Query(revision, limit))
            for (; bytes < maxBytes && rows.Read(); count++)
                if (!rows.IsDBNull(0))
                {
                    contents.Add(rows.GetInt64(0));
                    bytes += rows.GetInt64(1);
                }
        if (count > 0)
            _deleteEnded.Run(revision, count);
        foreach (var content in contents)
            _deleteContent.Run(content);
        return count;
    }

    private static string SelectRange(string columns) =>
        $"""
        SELECT {columns} FROM versions INDEXED BY standing
        WHERE key >= $0 AND key < $1 AND end_revision IS NULL AND (deadline IS NULL OR deadline > $2)
        ORDER BY key LIMIT $3
        """;
}
