using Kv.Domain;
using Microsoft.Data.Sqlite;

namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>
/// The database schema. A row is one version of an entry, with the revisions at which it began and ended. Rows without
/// an end are the current state. Rows that began by a revision and ended after it are the state at that revision. A
/// watch reads the beginnings and ends in order. Compaction deletes rows that ended long ago.
/// </summary>
internal static class Schema
{
    /// <summary>The counter of the store's revision.</summary>
    public const string Revision = "revision";

    /// <summary>
    /// The counter of the compact revision: the oldest that can be read, and the newest that cannot be watched.
    /// </summary>
    public const string Compacted = "compacted";

    private const long CurrentVersion = 1;

    // The value is the last column: reads without it do not touch its overflow pages.
    private const string Create = """
        CREATE TABLE versions (
            id              INTEGER PRIMARY KEY,
            key             BLOB    NOT NULL,
            create_revision INTEGER NOT NULL,
            mod_revision    INTEGER NOT NULL,
            version         INTEGER NOT NULL,
            deadline        INTEGER,          -- second of Unix time; NULL for never
            end_revision    INTEGER,          -- NULL while it stands
            end_kind        INTEGER,          -- EndKind
            value           BLOB    NOT NULL
        );
        CREATE UNIQUE INDEX standing  ON versions (key) WHERE end_revision IS NULL;
        CREATE UNIQUE INDEX history   ON versions (key, mod_revision);
        CREATE INDEX        puts      ON versions (mod_revision);
        CREATE INDEX        ends      ON versions (end_revision) WHERE end_revision IS NOT NULL;
        CREATE INDEX        deadlines ON versions (deadline) WHERE end_revision IS NULL AND deadline IS NOT NULL;

        CREATE TABLE counters (name TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
        INSERT INTO counters VALUES ('revision', 1), ('compacted', 0);
        """;

    /// <summary>The name and version of the engine.</summary>
    public static string EngineVersion { get; } = $"SQLite {SQLitePCL.raw.sqlite3_libversion().utf8_to_string()}";

    /// <summary>Opens the connection that writes, and creates the tables of a new database.</summary>
    /// <exception cref="ConfigurationException">The database is from a later Kv.</exception>
    public static SqliteConnection ConnectWriter(string file)
    {
        var connection = Connect(file);
        try
        {
            // Random keys touch many pages. A cache that holds the upper pages of the indexes avoids reading them
            // again, and a longer log copies each page to the database once for several commits.
            Execute(connection, "PRAGMA cache_size = -32768; PRAGMA wal_autocheckpoint = 8000;");
            Prepare(connection, file);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Opens a connection. Each connection keeps its prepared statements, so connections are not pooled.
    /// </summary>
    public static SqliteConnection Connect(string file)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = file,
            Pooling = false,
            // A statement waits only when another program locks the file.
            DefaultTimeout = 3,
        }.ToString());
        try
        {
            connection.Open();
            // FULL: a commit is on the disk before it is acknowledged.
            Execute(connection, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    // Creates the tables of a new database.
    private static void Prepare(SqliteConnection connection, string file)
    {
        var version = new Statement(connection, "PRAGMA user_version");
        var found = version.Number();
        if (found > CurrentVersion)
            throw new ConfigurationException(
                $"DATA_DIR holds '{file}' in format {found}; this version of Kv reads formats up to {CurrentVersion}.");
        if (found == 0)
            Execute(connection, $"BEGIN IMMEDIATE; {Create} PRAGMA user_version = {CurrentVersion}; COMMIT;");
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The text is this class's own.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}

/// <summary>How a version of an entry ended.</summary>
internal enum EndKind
{
    Overwritten,
    Deleted,
    Expired,
}
