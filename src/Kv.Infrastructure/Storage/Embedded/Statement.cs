using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;

namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>
/// A statement that is prepared once and run many times, with its parameters <c>$0</c>, <c>$1</c> and so on. Its
/// connection disposes it.
/// </summary>
#pragma warning disable CA1001 // The connection disposes its commands.
internal sealed class Statement
#pragma warning restore CA1001
{
    private readonly SqliteCommand _command;

    public Statement(SqliteConnection connection, string sql)
    {
        _command = connection.CreateCommand();
#pragma warning disable CA2100 // Statements are constants of this namespace; callers' data goes into parameters.
        _command.CommandText = sql;
#pragma warning restore CA2100
        for (var i = 0; sql.Contains($"${i}", StringComparison.Ordinal); i++)
            _command.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" });
    }

    public int Run(params ReadOnlySpan<object?> values) => Bind(values).ExecuteNonQuery();

    public SqliteDataReader Query(params ReadOnlySpan<object?> values) => Bind(values).ExecuteReader();

    /// <summary>The number that the statement returns; null when it returns no row.</summary>
    public long? Number(params ReadOnlySpan<object?> values) => Bind(values).ExecuteScalar() as long?;

    private SqliteCommand Bind(ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < values.Length; i++)
            _command.Parameters[i].Value = values[i] switch
            {
                null => DBNull.Value,
                ReadOnlyMemory<byte> bytes => ToArray(bytes),
                StoreKey key => ToArray(key.Bytes),
                var value => value,
            };
        return _command;
    }

    // SQLite binds arrays. A memory that covers a whole array needs no copy.
    private static byte[] ToArray(ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetArray(bytes, out var segment)
        && segment.Array is { } array && segment.Count == array.Length
            ? array
            : bytes.ToArray();
}
