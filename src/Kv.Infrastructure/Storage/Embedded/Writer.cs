using Microsoft.Data.Sqlite;

namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>
/// The single thread that writes. It commits the waiting transactions in one transaction of the database, so that many
/// writes share one wait for the disk, and acknowledges them after the commit.
/// </summary>
internal sealed partial class Writer : IAsyncDisposable
{
    // The most compacted versions that one commit deletes.
    private const int MaxDeleted = 1_000;

    private readonly SqliteConnection _connection;
    private readonly EntryTable _entries;
    private readonly TransactionRunner _runner;
    private readonly CommitQueue _queue;
    private readonly Checkpoints _checkpoints;
    private readonly DeadlineSweeper _sweeper;
    private readonly CommitSignal _committed;
    private readonly LatestRevision _latest;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly EngineTelemetry _telemetry;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    private readonly long _keptRevisions;
    private long _revision;
    private long _compacted;
    private bool _isCompactedDeleted;
    private volatile bool _isOutOfSpace;
    private bool _isFailing;
    private bool _isStale;
    private int _isDisposed;

    // The writer disposes the connection.
    public Writer(
        SqliteConnection connection, CommitSignal committed, LatestRevision latest, EmbeddedOptions options,
        EngineTelemetry telemetry, TimeProvider time, ILogger logger)
    {
        (_connection, _committed, _latest) = (connection, committed, latest);
        (_telemetry, _time, _logger) = (telemetry, time, logger);
        _entries = new EntryTable(connection);
        _runner = new TransactionRunner(_entries);
        _queue = new CommitQueue(time, options.Timeout);
        _checkpoints = new Checkpoints(connection.DataSource);
        _sweeper = new DeadlineSweeper(_entries, time, _queue.Wake);
        _keptRevisions = options.HistoryRevisions;
        Load();
        _sweeper.Arm(afterFailure: false);
        new Thread(Run) { Name = "Kv writer", IsBackground = true }.Start();
    }

    public int Queued => _queue.Count;

    /// <summary>Whether the last commit failed because the disk was full.</summary>
    public bool IsOutOfSpace => _isOutOfSpace;

    /// <param name="transaction">The transaction.</param>
    /// <param name="cancellationToken">Gives the transaction up, unless it is being written.</param>
    public Task<CommitResult> Commit(Transaction transaction, CancellationToken cancellationToken)
    {
        var pending = new PendingCommit(transaction, _time.GetTimestamp(), cancellationToken);
        _queue.Enqueue(pending);
        return pending.Task;
    }

    /// <summary>Writes the waiting transactions and accepts no more.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Close();
        await _ended.Task;
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1)
            return;
        _sweeper.Dispose();
        _queue.Dispose();
        _checkpoints.Dispose();
        _connection.Dispose();
    }

    private void Run()
    {
        for (; ; )
        {
            var batch = _queue.Take();
            if (_queue.IsDrained)
                break;
            if (batch.Length > 0)
                _telemetry.CommitBatchSize.Record(batch.Length);
            Write(batch);
            _queue.Done();
            _sweeper.Arm(afterFailure: _isFailing);
        }
        _ended.SetResult();
    }

    private void Write(ReadOnlySpan<PendingCommit> batch)
    {
        var committing = false;
        try
        {
            if (_isStale)
                Recover();
            _entries.Begin.Run();
            var second = _time.GetUtcNow().ToUnixTimeSeconds();
            var revision = _sweeper.Sweep(second, _revision);
            foreach (var pending in batch)
                revision = Apply(pending, second, revision);
            TrimHistory(revision);
            if (revision != _revision)
                _entries.SetCounter(Schema.Revision, revision);
            committing = true;
            _entries.Commit.Run();
            Publish(revision);
            NoteSuccess();
            _checkpoints.Committed(batch.Length, _queue.TakenBytes);
        }
        catch (Exception error)
        {
            Fail(batch, error, committing);
            return;
        }
        foreach (var pending in batch)
            pending.Acknowledge();
    }

    // Returns the revision after the transaction.
    private long Apply(PendingCommit pending, long second, long revision)
    {
        _entries.Save.Run();
        try
        {
            revision = _sweeper.Sweep(pending.Transaction, second, revision);
            var result = _runner.Run(pending.Transaction, second, revision);
            _entries.Keep.Run();
            _sweeper.Note(pending.Transaction);
            pending.Complete(result, null);
            return result.Revision;
        }
        catch (Exception error) when (!SqliteErrors.EndsTransaction(error))
        {
            // Only this transaction fails; the rest of the batch is not affected.
            _entries.Undo.Run();
            pending.Complete(null, SqliteErrors.TranslateWrite(error, mayBeWritten: false));
            return revision;
        }
    }

    // A compacted revision is unreadable at once; its rows are deleted in small steps, one with each commit. The
    // compact revision advances by a tenth of the history at a time.
    private void TrimHistory(long revision)
    {
        if (revision - _compacted - _keptRevisions > _keptRevisions / 10)
        {
            (_compacted, _isCompactedDeleted) = (revision - _keptRevisions, false);
            _entries.SetCounter(Schema.Compacted, _compacted);
        }
        if (!_isCompactedDeleted)
            _isCompactedDeleted = _entries.DeleteEnded(_compacted, MaxDeleted, _queue.TakenBytes) == 0;
    }

    private void Publish(long revision)
    {
        if (revision == _revision)
            return;
        _revision = revision;
        _latest.RaiseTo(revision);
        _committed.Raise();
    }

    private void Fail(ReadOnlySpan<PendingCommit> batch, Exception error, bool committing)
    {
        NoteFailure(error);
        // The state in memory is ahead of the database until it is reloaded: here or, failing that, before the next
        // batch.
        var wasStale = _isStale;
        _isStale = true;
        try
        {
            Recover();
        }
        catch (SqliteException again)
        {
            if (!wasStale)
                LogCannotRecover(again.Message);
        }
        catch (Exception fault)
        {
            LogFault(fault);
        }
        foreach (var pending in batch)
            pending.Fail(_ => SqliteErrors.TranslateWrite(error, committing));
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

    private void Recover()
    {
        if (_connection.Handle is { } handle && SQLitePCL.raw.sqlite3_get_autocommit(handle) == 0)
            _entries.Rollback.Run();
        Load();
        _isStale = false;
    }

    private void Load()
    {
        Publish(_entries.Counter(Schema.Revision));
        _compacted = _entries.Counter(Schema.Compacted);
        _isCompactedDeleted = false;
        _sweeper.Load();
    }
}
