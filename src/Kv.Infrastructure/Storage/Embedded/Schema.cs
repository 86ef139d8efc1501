using Kv.Domain;
using Microsoft.Data.Sqlite;

namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>
/// The database schema. A row is one version of an entry, with the revisions at which it began and ended. Rows without
/// an end are the current state. Rows that began by a revision and ended after it are the state at that revision. A
/// watch reads the beginnings and ends in order. Compaction deletes rows that ended long ago. A large value is a row of
/// its own, to which one or more versions refer.
/// </summary>
internal static partial class Schema
{
    /// <summary>
    /// The largest value within the row of its version: with a key the row fits on a page. SQLite rewrites a whole row
    /// when a version ends, so larger values are in rows that never change.
    /// </summary>
    public const int MaxInlineBytes = 3072;

    /// <summary>The counter of the store's revision.</summary>
    public const string Revision = "revision";

    /// <summary>
    /// The counter of the compact revision: the oldest that can be read, and the newest that cannot be watched.
    /// </summary>
    public const string Compacted = "compacted";

    // Each text brings a database from one format to the next. A new database has format 0.
    private static readonly string[] Formats =
    [
        """
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
        """,
        $"""
        CREATE TABLE contents (
            id    INTEGER PRIMARY KEY,
            value BLOB    NOT NULL
        );
        -- The id of a large value, whose versions have an empty value; NULL for a value in its row. A change of the
        -- deadline alone is a new version with the same content.
        ALTER TABLE versions ADD COLUMN content INTEGER;
        -- OR ROLLBACK: without a journal of the statement, which would be a large file in the temporary directory.
        INSERT OR ROLLBACK INTO contents SELECT id, value FROM versions WHERE length(value) > {MaxInlineBytes};
        UPDATE OR ROLLBACK versions SET content = id, value = x'' WHERE length(value) > {MaxInlineBytes};
        CREATE INDEX holders ON versions (content) WHERE content IS NOT NULL;
        """,
    ];

    public static string EngineVersion { get; } = $"SQLite {SQLitePCL.raw.sqlite3_libversion().utf8_to_string()}";

    /// <summary>
    /// Opens the connection that writes. Creates the tables of a new database, and converts one of an earlier format.
    /// </summary>
    /// <exception cref="ConfigurationException">The database is from a later Kv.</exception>
    public static SqliteConnection ConnectWriter(string file, ILogger logger) => Connect(file, connection =>
    {
        // Random keys touch many pages. A cache that holds the upper pages of the indexes avoids reading them again,
        // and a longer log copies each page to the database once for several commits.
        new Statement(connection, "PRAGMA cache_size = -32768; PRAGMA wal_autocheckpoint = 8000;").Run();
        Prepare(connection, file, logger);
    });

    /// <summary>
    /// Opens a connection. Each connection keeps its prepared statements, so connections are not pooled.
    /// </summary>
    public static SqliteConnection Connect(string file, Action<SqliteConnection>? prepare = null)
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
            new Statement(connection, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;").Run();
            prepare?.Invoke(connection);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    // One transaction: after a crash in the middle the database has its earlier format.
    private static void Prepare(SqliteConnection connection, string file, ILogger logger)
    {
        var found = (int)(new Statement(connection, "PRAGMA user_version").Number() ?? 0);
        if (found > Formats.Length)
            throw new ConfigurationException(
                $"DATA_DIR holds '{file}' in format {found}; this version of Kv reads formats up to {Formats.Length}.");
        if (found == Formats.Length)
            return;
        if (found > 0)
            LogConverting(logger, file, found, Formats.Length);
        var steps = string.Concat(Formats[found..]);
        new Statement(connection, $"BEGIN IMMEDIATE; {steps} PRAGMA user_version = {Formats.Length}; COMMIT;").Run();
        try
        {
            // The log is as large as all that was converted.
            new Statement(connection, "PRAGMA wal_checkpoint(TRUNCATE)").Run();
        }
        catch (SqliteException)
        {
            // The database is converted. A later checkpoint does the same.
        }
    }
}

/// <summary>How a version of an entry ended.</summary>
internal enum EndKind
{
    Overwritten,
    Deleted,
    Expired,
}
