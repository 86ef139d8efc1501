using Kv.Testing;
using Microsoft.Data.Sqlite;

namespace Kv.FaultTests.Faults;

public sealed class WriteAheadLogTests
{
    [Test]
    public void A_torn_log_keeps_only_committed_transactions([Range(1, 20)] int seed)
    {
        using var directory = new TemporaryDirectory();
        var (written, torn) = (directory.File("written.db"), directory.File("torn.db"));
        using (var connection = Open(written))
        {
            Execute(connection, "PRAGMA journal_mode = WAL; CREATE TABLE numbers (number INTEGER);");
            for (var number = 1; number <= 50; number++)
                Execute(connection, $"INSERT INTO numbers VALUES ({number});");
            // As a killed writer leaves it: the log is not checkpointed into the database.
            foreach (var end in (string[])["", "-wal"])
                File.Copy(written + end, torn + end);
        }
        var before = new FileInfo($"{torn}-wal").Length;

        WriteAheadLog.Tear($"{torn}-wal", new Random(seed));

        Assert.That(new FileInfo($"{torn}-wal").Length, Is.GreaterThan(before));
        using var again = Open(torn);
        Assert.That(Scalar(again, "SELECT sum(number) FROM numbers"), Is.EqualTo(50 * 51 / 2));
        Assert.That(Scalar(again, "PRAGMA integrity_check"), Is.EqualTo("ok"));
        Execute(again, "INSERT INTO numbers VALUES (51);");
        Assert.That(Scalar(again, "SELECT count(*) FROM numbers"), Is.EqualTo(51));
    }

    private static SqliteConnection Open(string file)
    {
        var connection = new SqliteConnection($"Data Source={file};Pooling=false");
        connection.Open();
        return connection;
    }

    private static void Execute(SqliteConnection connection, string text)
    {
        using var command = connection.CreateCommand();
        command.CommandText = text;
        command.ExecuteNonQuery();
    }

    private static object? Scalar(SqliteConnection connection, string text)
    {
        using var command = connection.CreateCommand();
        command.CommandText = text;
        return command.ExecuteScalar();
    }
}
