using Kv.Domain.Storage;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>What SQLite's errors mean to the store's callers.</summary>
internal static class SqliteErrors
{
    /// <summary>
    /// Whether SQLite may roll the whole transaction back by itself (https://www.sqlite.org/lang_transaction.html), or no
    /// statement after it can be trusted; other errors undo their statement only.
    /// </summary>
    public static bool EndTransaction(Exception error) => error is SqliteException
    {
        SqliteErrorCode: raw.SQLITE_FULL or raw.SQLITE_IOERR or raw.SQLITE_NOMEM or raw.SQLITE_BUSY
            or raw.SQLITE_INTERRUPT or raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB or raw.SQLITE_READONLY
    };

    public static bool IsOutOfSpace(Exception error) => error is SqliteException { SqliteErrorCode: raw.SQLITE_FULL };

    /// <summary>The error of a write, as its caller is told.</summary>
    /// <param name="error">What SQLite or the engine threw.</param>
    /// <param name="mayBeWritten">Whether the commit had begun: what it got to the disk may come back after a crash.</param>
    public static Exception OfWrite(Exception error, bool mayBeWritten) => error switch
    {
        _ when IsOutOfSpace(error) => new StoreOutOfSpaceException("The disk is full.", error),
        SqliteException { SqliteErrorCode: raw.SQLITE_TOOBIG } =>
            new StoreRejectedException("SQLite takes no value of this size.", error),
        SqliteException sqlite =>
            new StoreUnavailableException($"SQLite could not write ({sqlite.Message}).", mayBeWritten, error),
        _ => error,
    };
}
