using Microsoft.Data.Sqlite;

namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>Reads entries from rows.</summary>
internal static class Rows
{
    /// <summary>The columns of an entry, in the order in which <see cref="Entry"/> takes them.</summary>
    public const string Columns = "key, create_revision, mod_revision, version, deadline, value";

    public const string ColumnsWithoutValue = "key, create_revision, mod_revision, version, deadline, x''";

    public static Entry Entry(SqliteDataReader row) => new(
        Key(row, 0),
        row.GetFieldValue<byte[]>(5),
        CreateRevision: row.GetInt64(1),
        ModRevision: row.GetInt64(2),
        Version: row.GetInt64(3),
        Deadline: row.IsDBNull(4) ? null : row.GetInt64(4));

    public static StoreKey Key(SqliteDataReader row, int column) => new(row.GetFieldValue<byte[]>(column));

    /// <summary>The first key after a range; a single key is the range up to the next one.</summary>
    public static StoreKey End(KeyRange range) => range.IsSingle ? range.Start.Next() : range.End;
}
