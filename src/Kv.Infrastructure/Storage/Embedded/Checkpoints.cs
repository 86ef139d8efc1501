using Microsoft.Data.Sqlite;

namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>
/// Copies the write-ahead log into the database on a separate thread. Otherwise the writer itself would copy the
/// whole log once it is full, and block writes for a tenth of a second or more.
/// </summary>
internal sealed class Checkpoints : IDisposable
{
    // A checkpoint waits for the disk twice, so checkpoints must not be too frequent.
    private const long PagesBetween = 2_000;
    private const int PageBytes = 4_096;

    // A small write changes the table, its indexes and the revision counter.
    private const int PagesPerWrite = 6;

    private readonly AutoResetEvent _isDue = new(initialState: false);
    private readonly Thread _thread;
    private readonly SqliteConnection _connection;
    private long _pages;
    private volatile bool _isDisposed;

    public Checkpoints(string file)
    {
        _connection = Schema.Connect(file);
        _thread = new Thread(Run) { Name = "Kv checkpoints", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Notes a commit. Only the writer's thread calls this.</summary>
    public void Committed(int writes, long bytes)
    {
        _pages += writes * PagesPerWrite + bytes / PageBytes;
        if (_pages < PagesBetween)
            return;
        _pages = 0;
        _isDue.Set();
    }

    public void Dispose()
    {
        _isDisposed = true;
        _isDue.Set();
        _thread.Join();
        _connection.Dispose();
        _isDue.Dispose();
    }

    private void Run()
    {
        var checkpoint = new Statement(_connection, "PRAGMA wal_checkpoint(PASSIVE)");
        while (_isDue.WaitOne() && !_isDisposed)
            try
            {
                checkpoint.Run();
            }
            catch (SqliteException)
            {
                // The writer copies the rest when the log is full, and reports the error.
            }
    }
}
