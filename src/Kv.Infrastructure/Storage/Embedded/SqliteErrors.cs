using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>Maps SQLite's errors to those of the store.</summary>
internal static class SqliteErrors
{
    /// <summary>
    /// Whether SQLite may roll back the whole transaction by itself (https://www.sqlite.org/lang_transaction.html), or
    /// no later statement can be trusted. Other errors undo only their statement.
    /// </summary>
    public static bool EndsTransaction(Exception error) => error is SqliteException
    {
        SqliteErrorCode: raw.SQLITE_FULL or raw.SQLITE_IOERR or raw.SQLITE_NOMEM or raw.SQLITE_BUSY
            or raw.SQLITE_INTERRUPT or raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB or raw.SQLITE_READONLY
    };

    public static bool IsOutOfSpace(Exception error) => error is SqliteException { SqliteErrorCode: raw.SQLITE_FULL };

    /// <summary>The error that the caller of a write receives.</summary>
    /// <param name="mayBeWritten">
    /// Whether the commit had begun: the part of it on the disk may be recovered after a crash.
    /// </param>
    public static Exception TranslateWrite(Exception error, bool mayBeWritten) => error switch
    {
        _ when IsOutOfSpace(error) => new StoreOutOfSpaceException("The disk is full.", error),
        SqliteException { SqliteErrorCode: raw.SQLITE_TOOBIG } =>
            new StoreRejectedException("SQLite takes no value of this size.", error),
        SqliteException sqlite =>
            new StoreUnavailableException($"SQLite could not write ({sqlite.Message}).", mayBeWritten, error),
        _ => error,
    };
}
