using Microsoft.Data.Sqlite;

namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>
/// Copies the write-ahead log into the database on a separate thread. Otherwise the writer itself would copy the
/// whole log once it is full, and block writes for a tenth of a second or more.
/// </summary>
internal sealed class Checkpoints(SqliteConnection connection) : IDisposable
{
    // A checkpoint waits for the disk twice, so checkpoints must not be too frequent.
    private const long PagesBetween = 2_000;
    private const int PageBytes = 4_096;

    // A small write changes the table, its indexes and the revision counter.
    private const int PagesPerWrite = 6;

    private readonly Statement _checkpoint = new(connection, "PRAGMA wal_checkpoint(PASSIVE)");
    private Task _running = Task.CompletedTask;
    private long _pages;

    /// <summary>Notes a commit. Only the writer's thread calls this.</summary>
    public void Committed(int writes, long bytes)
    {
        _pages += writes * PagesPerWrite + bytes / PageBytes;
        if (_pages < PagesBetween || !_running.IsCompleted)
            return;
        _pages = 0;
        _running = Task.Factory.StartNew(
            Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public void Dispose()
    {
        _running.Wait();
        connection.Dispose();
    }

    private void Run()
    {
        try
        {
            _checkpoint.Run();
        }
        catch (SqliteException)
        {
            // The writer copies the rest when the log is full, and reports the error.
        }
    }
}
