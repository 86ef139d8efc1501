using Microsoft.Data.Sqlite;

namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>Reads entries from rows.</summary>
internal static class Rows
{
    /// <summary>The columns of an entry, in the order in which <see cref="Entry"/> takes them.</summary>
    public const string Columns =
        $"""
        {Metadata}, CASE WHEN content IS NULL THEN value
        ELSE (SELECT contents.value FROM contents WHERE contents.id = versions.content) END
        """;

    /// <summary>The columns of an entry with the size of its value, which SQLite finds without reading it.</summary>
    public const string ColumnsWithoutValue =
        $"""
        {Metadata}, CASE WHEN content IS NULL THEN length(value)
        ELSE (SELECT length(contents.value) FROM contents WHERE contents.id = versions.content) END
        """;

    private const string Metadata = "key, create_revision, mod_revision, version, deadline";

    /// <param name="row">The row.</param>
    /// <param name="keysOnly">Whether its columns are <see cref="ColumnsWithoutValue"/>.</param>
    public static Entry Entry(SqliteDataReader row, bool keysOnly = false)
    {
        var value = keysOnly ? [] : row.GetFieldValue<byte[]>(5);
        return new Entry(
            Key(row, 0),
            value,
            CreateRevision: row.GetInt64(1),
            ModRevision: row.GetInt64(2),
            Version: row.GetInt64(3),
            Deadline: row.IsDBNull(4) ? null : row.GetInt64(4))
        {
            ValueBytes = keysOnly ? row.GetInt32(5) : value.Length,
        };
    }

    public static StoreKey Key(SqliteDataReader row, int column) => new(row.GetFieldValue<byte[]>(column));

    /// <summary>The first key after a range; a single key is the range up to the next one.</summary>
    public static StoreKey End(KeyRange range) => range.IsSingle ? range.Start.Next() : range.End;
}
