using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>
/// The single thread that writes. It commits the waiting transactions in one transaction of the database, so that many
/// writes share one wait for the disk, and acknowledges them after the commit.
/// </summary>
internal sealed partial class Writer : IAsyncDisposable
{
    private readonly SqliteConnection _connection;
    private readonly EntryTable _entries;
    private readonly TransactionRunner _runner;
    private readonly CommitQueue _queue;
    private readonly Checkpoints _checkpoints;
    private readonly Expiry _expiry;
    private readonly History _history;
    private readonly CommitSignal _committed;
    private readonly LatestRevision _latest;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    private long _revision;
    private volatile bool _isOutOfSpace;
    private bool _isFailing;
    private bool _isAdrift;
    private int _isDisposed;

    /// <param name="connection">The connection to write on; the writer disposes of it.</param>
    /// <param name="committed">The signal to raise after each commit.</param>
    /// <param name="latest">Receives the revision of each commit.</param>
    /// <param name="options">How long a write may wait, and how much history is kept.</param>
    /// <param name="time">The clock of deadlines and waits.</param>
    /// <param name="logger">Logs failed commits.</param>
    public Writer(
        SqliteConnection connection, CommitSignal committed, LatestRevision latest, EmbeddedOptions options,
        TimeProvider time,
        ILogger logger)
    {
        (_connection, _committed, _latest, _time, _logger) = (connection, committed, latest, time, logger);
        _entries = new EntryTable(connection);
        _runner = new TransactionRunner(_entries);
        _queue = new CommitQueue(time, options.Timeout);
        _checkpoints = new Checkpoints(connection.DataSource);
        _expiry = new Expiry(_entries, time, _queue.Wake);
        _history = new History(_entries, options.HistoryRevisions);
        Load();
        _expiry.Arm(afterFailure: false);
        new Thread(Run) { Name = "Kv writer", IsBackground = true }.Start();
    }

    /// <summary>How many transactions wait to be written.</summary>
    public int Queued => _queue.Count;

    /// <summary>Whether the last commit failed because the disk was full.</summary>
    public bool IsOutOfSpace => _isOutOfSpace;

    public Task<CommitResult> Commit(Transaction transaction, CancellationToken cancellationToken) =>
        Enqueue(transaction, compactAt: null, cancellationToken);

    /// <summary>Compacts at a revision.</summary>
    public Task Compact(long revision, CancellationToken cancellationToken) =>
        Enqueue(Transaction.Unconditional(), revision, cancellationToken);

    /// <summary>Writes the waiting transactions and accepts no more.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Close();
        await _ended.Task;
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1)
            return;
        _expiry.Dispose();
        _queue.Dispose();
        _checkpoints.Dispose();
        _entries.Dispose();
        _connection.Dispose();
    }

    private Task<CommitResult> Enqueue(Transaction transaction, long? compactAt, CancellationToken cancellationToken)
    {
        var pending = new PendingCommit(transaction, compactAt, _time.GetTimestamp(), cancellationToken);
        _queue.Enqueue(pending);
        return pending.Task;
    }

    private void Run()
    {
        for (; ; )
        {
            var batch = _queue.Take();
            if (_queue.IsDrained)
                break;
            if (batch.Length > 0)
                StoreTelemetry.CommitBatchSize.Record(batch.Length);
            Write(batch);
            _queue.Done();
            _expiry.Arm(afterFailure: _isFailing);
        }
        _ended.SetResult();
    }

    private void Write(ReadOnlySpan<PendingCommit> batch)
    {
        var committing = false;
        try
        {
            if (_isAdrift)
                Recover();
            _entries.Begin();
            var second = _time.GetUtcNow().ToUnixTimeSeconds();
            var revision = _expiry.Sweep(second, _revision);
            foreach (var pending in batch)
                revision = Do(pending, second, revision);
            _history.Trim(revision);
            if (revision != _revision)
                _entries.SetCounter(Schema.Revision, revision);
            committing = true;
            _entries.Commit();
            Publish(revision);
            NoteSuccess();
            NoteSize(batch);
        }
        catch (Exception error)
        {
            GiveUp(batch, error, committing);
            return;
        }
        foreach (var pending in batch)
            pending.Acknowledge();
    }

    // Returns the revision after the transaction.
    private long Do(PendingCommit pending, long second, long revision)
    {
        _entries.Save();
        try
        {
            if (pending.CompactAt is { } compactAt)
                _history.Compact(compactAt, revision);
            revision = _expiry.Sweep(pending.Transaction, second, revision);
            var result = _runner.Run(pending.Transaction, second, revision);
            _entries.Keep();
            _expiry.Note(pending.Transaction);
            pending.Complete(result, null);
            return result.Revision;
        }
        catch (Exception error) when (!SqliteErrors.EndTransaction(error))
        {
            // Only this transaction fails: the rest of the batch continues as if it had not been there.
            _entries.Undo();
            pending.Complete(null, SqliteErrors.OfWrite(error, mayBeWritten: false));
            return revision;
        }
    }

    private void Publish(long revision)
    {
        if (revision == _revision)
            return;
        _revision = revision;
        _latest.Note(revision);
        _committed.Raise();
    }

    private void GiveUp(ReadOnlySpan<PendingCommit> batch, Exception error, bool committing)
    {
        NoteFailure(error);
        // The state in memory is ahead of the database until it is loaded again: here, or else before the next batch.
        var wasAdrift = _isAdrift;
        _isAdrift = true;
        try
        {
            Recover();
        }
        catch (SqliteException again)
        {
            if (!wasAdrift)
                LogCannotRecover(again.Message);
        }
        catch (Exception fault)
        {
            LogFault(fault);
        }
        foreach (var pending in batch)
            pending.Fail(_ => SqliteErrors.OfWrite(error, committing));
    }

    // A persistent failure is logged once, not with every batch.
    private void NoteFailure(Exception error)
    {
        if (error is not SqliteException)
            LogFault(error);
        else if (!_isFailing)
            LogCannotCommit(error.Message);
        _isFailing = true;
        _isOutOfSpace = SqliteErrors.IsOutOfSpace(error);
    }

    private void NoteSuccess()
    {
        if (_isFailing)
            LogCommitsAgain();
        _isFailing = _isOutOfSpace = false;
    }

    private void NoteSize(ReadOnlySpan<PendingCommit> batch)
    {
        var bytes = 0L;
        foreach (var pending in batch)
            bytes += pending.Bytes;
        _checkpoints.Committed(batch.Length, bytes);
    }

    private void Recover()
    {
        if (_connection.Handle is { } handle && SQLitePCL.raw.sqlite3_get_autocommit(handle) == 0)
            _entries.Rollback();
        Load();
        _isAdrift = false;
    }

    private void Load()
    {
        Publish(_entries.Counter(Schema.Revision));
        _history.Load();
        _expiry.Load();
    }
}
