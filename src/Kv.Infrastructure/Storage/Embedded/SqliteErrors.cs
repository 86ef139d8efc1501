using Kv.Domain.Storage;
using Microsoft.Data.Sqlite;

namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>What SQLite's errors mean.</summary>
internal static class SqliteErrors
{
    // SQLite rolls the whole transaction back by itself on these (https://www.sqlite.org/lang_transaction.html).
    public static bool EndsTransaction(int code) =>
        code is SQLitePCL.raw.SQLITE_FULL or SQLitePCL.raw.SQLITE_IOERR or SQLitePCL.raw.SQLITE_NOMEM or SQLitePCL.raw.SQLITE_CORRUPT;

    public static Exception Translate(Exception error, bool outcomeUnknown) => error switch
    {
        SqliteException { SqliteErrorCode: SQLitePCL.raw.SQLITE_FULL } => new StoreOutOfSpaceException("The disk is full.", error),
        SqliteException { SqliteErrorCode: SQLitePCL.raw.SQLITE_TOOBIG } => new StoreRejectedException("SQLite takes no value of this size.", error),
        SqliteException sqlite => new StoreUnavailableException($"SQLite could not write ({sqlite.Message}).", outcomeUnknown, error),
        _ => error,
    };
}
