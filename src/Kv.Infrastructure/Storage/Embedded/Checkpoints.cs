using Microsoft.Data.Sqlite;

namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>
/// Copies the write-ahead log to the database beside the writer. The writer alone would stop for a tenth of a second
/// and more to copy a whole log. So it finds little left to copy when the log has its full length.
/// </summary>
internal sealed class Checkpoints : IDisposable
{
    // Each copy waits for the disk twice.
    private const long PagesBetween = 2_000;
    private const int PageBytes = 4_096;

    // A small write changes the table, its indexes and the counter of the revision.
    private const int PagesOfWrite = 6;

    private readonly AutoResetEvent _bell = new(initialState: false);
    private readonly Thread _thread;
    private readonly SqliteConnection _connection;
    private long _pages;
    private volatile bool _ended;

    public Checkpoints(string file)
    {
        _connection = Schema.Connect(file);
        _thread = new Thread(Run) { Name = "Kv checkpoints", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Notes a commit. Only the writer's thread calls this.</summary>
    public void Committed(int writes, long bytes)
    {
        _pages += writes * PagesOfWrite + bytes / PageBytes;
        if (_pages < PagesBetween)
            return;
        _pages = 0;
        _bell.Set();
    }

    public void Dispose()
    {
        _ended = true;
        _bell.Set();
        _thread.Join();
        _connection.Dispose();
        _bell.Dispose();
    }

    private void Run()
    {
        using var copy = new Statement(_connection, "PRAGMA wal_checkpoint(PASSIVE)");
        while (_bell.WaitOne() && !_ended)
            try
            {
                copy.Run();
            }
            catch (SqliteException)
            {
                // The writer copies what is left, and reports what it finds.
            }
    }
}
