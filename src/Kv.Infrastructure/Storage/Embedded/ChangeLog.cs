using Microsoft.Data.Sqlite;

namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>
/// Reads the changes between revisions. A version of an entry begins with a put and ends with a removal or the next
/// put.
/// </summary>
/// <param name="keysOnly">Whether the entries have the sizes of their values, without the values.</param>
internal sealed class ChangeLog(SqliteConnection connection, PastEntries past, bool keysOnly)
{
    // A page of changes ends after values of this size, at the end of a revision: large values must not fill the memory
    // of a watch.
    private const long MaxPageBytes = 4 * 1024 * 1024;

    private readonly Statement _puts = new(
        connection,
        $"""
        SELECT {Columns(keysOnly)} FROM versions INDEXED BY puts
        WHERE mod_revision BETWEEN $0 AND $1 AND key >= $2 AND key < $3 ORDER BY mod_revision
        """);

    private readonly Statement _removals = new(
        connection,
        $"""
        SELECT {Columns(keysOnly)}, end_revision, end_kind FROM versions INDEXED BY ends
        WHERE end_revision IS NOT NULL AND end_revision BETWEEN $0 AND $1 AND key >= $2 AND key < $3 AND end_kind <> 0
        ORDER BY end_revision
        """);

    private readonly Statement _putsOfKey = new(
        connection,
        $"""
        SELECT {Columns(keysOnly)} FROM versions INDEXED BY history
        WHERE key = $2 AND $3 IS NOT NULL AND mod_revision BETWEEN $0 AND $1 ORDER BY mod_revision
        """);

    // A version ends after it begins. The next version begins at that end or later.
    private readonly Statement _removalsOfKey = new(
        connection,
        $"""
        SELECT {Columns(keysOnly)}, end_revision, end_kind FROM versions INDEXED BY history
        WHERE key = $2 AND $3 IS NOT NULL AND mod_revision <= $1 AND end_revision BETWEEN $0 AND $1 AND end_kind <> 0
        ORDER BY mod_revision
        """);

    /// <summary>The changes of a range from one revision to another, both included, or a first part of them.</summary>
    public ChangePage Between(KeyRange range, long from, long to)
    {
        var changes = new List<(long Revision, Change Change)>();
        var (puts, removals) = range.IsSingle ? (_putsOfKey, _removalsOfKey) : (_puts, _removals);
        var through = Add(puts, Put, range, from, to, changes);
        through = Add(removals, Removal, range, from, through, changes);
        return new ChangePage(
            [
                .. changes.Where(change => change.Revision <= through)
                    .OrderBy(change => change.Revision).ThenBy(change => change.Change.Key)
                    .GroupBy(change => change.Revision, change => change.Change)
                    .Select(revision => new ChangeSet(revision.Key, [.. revision])),
            ],
            through);
    }

    private static string Columns(bool keysOnly) => keysOnly ? Rows.ColumnsWithoutValue : Rows.Columns;

    // Returns the last revision whose changes were all added.
    private static long Add(
        Statement statement, Func<SqliteDataReader, (long Revision, Change Change)> read,
        KeyRange range, long from, long to, List<(long Revision, Change Change)> changes)
    {
        var bytes = 0L;
        var last = 0L;
        using var rows = statement.Query(from, to, range.Start, Rows.End(range));
        while (rows.Read())
        {
            var next = read(rows);
            if (bytes >= MaxPageBytes && next.Revision != last)
                return last;
            changes.Add(next);
            last = next.Revision;
            bytes += (next.Change.Current?.Value.Length ?? 0) + (next.Change.Previous?.Value.Length ?? 0);
        }
        return to;
    }

    private (long, Change) Put(SqliteDataReader row)
    {
        var entry = Rows.Entry(row, keysOnly);
        var previous = entry.Version == 1 ? null : past.At(entry.Key, entry.ModRevision - 1, keysOnly);
        return (entry.ModRevision, new Change(ChangeKind.Put, entry.Key, entry, previous));
    }

    private (long, Change) Removal(SqliteDataReader row)
    {
        var entry = Rows.Entry(row, keysOnly);
        var kind = (EndKind)row.GetInt64(7) == EndKind.Expired ? ChangeKind.Expire : ChangeKind.Delete;
        return (row.GetInt64(6), new Change(kind, entry.Key, null, entry));
    }
}

/// <summary>A page of changes.</summary>
/// <param name="Sets">The changes, in order.</param>
/// <param name="Through">The last revision that was read.</param>
internal readonly record struct ChangePage(IReadOnlyList<ChangeSet> Sets, long Through);
