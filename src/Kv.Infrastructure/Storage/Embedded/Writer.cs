using System.Collections.Concurrent;
using Kv.Domain.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>
/// The one thread that writes. It commits what is waiting in one transaction of the database, so that many writes share
/// one wait for the disk, and acknowledges after the commit.
/// </summary>
internal sealed partial class Writer : IDisposable
{
    private const int MaxQueued = 10_000;
    private const int MaxBatch = 256;
    private const int MaxBatchBytes = 4 * 1024 * 1024;

    // What one commit may expire or forget beside its writes, so that neither holds them up.
    private const int MaxExpired = 1_000;
    private const int MaxForgotten = 1_000;

    private readonly SqliteConnection _connection;
    private readonly EntryTable _entries;
    private readonly TransactionRunner _runner;
    private readonly BlockingCollection<PendingCommit> _queue = new(MaxQueued);
    private readonly ITimer _expiry;
    private readonly TimeProvider _time;
    private readonly EmbeddedOptions _options;
    private readonly ILogger _logger;
    private readonly Thread _thread;

    private long _revision;
    private long _compacted;
    private long? _nextDeadline;
    private bool _hasToForget = true;
    private bool _isUncertain;
    private volatile TaskCompletionSource _committed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Writer(SqliteConnection connection, EmbeddedOptions options, TimeProvider time, ILogger logger)
    {
        _connection = connection;
        _options = options;
        _time = time;
        _logger = logger;
        _entries = new EntryTable(connection);
        _runner = new TransactionRunner(_entries);
        Remember();
        _expiry = time.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        ArmExpiry();
        _thread = new Thread(Run) { Name = "Kv writer", IsBackground = true };
        _thread.Start();
    }

    /// <summary>The revision of the last commit.</summary>
    public long Revision => Volatile.Read(ref _revision);

    /// <summary>Completes at the next commit. Take it before looking for changes, and none is missed.</summary>
    public Task NextCommit => _committed.Task;

    /// <exception cref="StoreUnavailableException">Too many transactions are waiting, or the store is closed.</exception>
    public Task<CommitResult> Commit(Transaction transaction, CancellationToken cancellationToken) =>
        Enqueue(new PendingCommit(transaction, null, _time.GetTimestamp(), cancellationToken));

    /// <summary>Forgets what ended at or before a revision.</summary>
    public Task Compact(long revision, CancellationToken cancellationToken) =>
        Enqueue(new PendingCommit(Transaction.Of(), revision, _time.GetTimestamp(), cancellationToken));

    public void Dispose()
    {
        // What is queued is still written; nothing more is taken.
        _queue.CompleteAdding();
        _thread.Join();
        _expiry.Dispose();
        _entries.Dispose();
        _connection.Dispose();
        _queue.Dispose();
    }

    private Task<CommitResult> Enqueue(PendingCommit pending)
    {
        try
        {
            if (_queue.TryAdd(pending))
                return pending.Task;
        }
        catch (Exception error) when (error is InvalidOperationException or ObjectDisposedException)
        {
            throw new StoreUnavailableException("The store is closed.", inner: error);
        }
        throw new StoreUnavailableException("Too many requests are waiting for the disk.");
    }

    private void Wake()
    {
        try
        {
            _queue.TryAdd(new PendingCommit(Transaction.Of(), null, _time.GetTimestamp(), CancellationToken.None));
        }
        catch (Exception error) when (error is InvalidOperationException or ObjectDisposedException)
        {
            // Closed meanwhile: what is due expires when the store is opened again.
        }
    }

    private void Run()
    {
        var batch = new List<PendingCommit>(MaxBatch);
        foreach (var first in _queue.GetConsumingEnumerable())
        {
            batch.Clear();
            var bytes = 0;
            for (var next = first; next is not null;)
            {
                if (IsStillWanted(next))
                {
                    batch.Add(next);
                    bytes += next.Bytes;
                }
                if (batch.Count == MaxBatch || bytes >= MaxBatchBytes || !_queue.TryTake(out next))
                    break;
            }
            Write(batch);
            ArmExpiry();
        }
    }

    private bool IsStillWanted(PendingCommit pending)
    {
        if (pending.CancellationToken.IsCancellationRequested)
        {
            pending.TrySetCanceled(pending.CancellationToken);
            return false;
        }
        if (_time.GetElapsedTime(pending.QueuedAt) >= _options.Timeout)
        {
            pending.TrySetException(new StoreUnavailableException("The disk did not keep up; nothing was written."));
            return false;
        }
        return true;
    }

    private void Write(List<PendingCommit> batch)
    {
        var results = new List<(PendingCommit Pending, CommitResult? Result, Exception? Error)>(batch.Count);
        var revision = 0L;
        var committing = false;
        try
        {
            if (_isUncertain)
                Remember();
            _entries.Begin();
            revision = _revision;
            var second = _time.GetUtcNow().ToUnixTimeSeconds();
            var isSweptClean = Sweep(second, ref revision);
            foreach (var pending in batch)
                results.Add(Do(pending, second, isSweptClean, ref revision));
            ForgetOld(revision);
            if (revision != _revision)
                _entries.SetCounter("revision", revision);
            committing = true;
            _entries.Commit();
        }
        catch (Exception error)
        {
            GiveUp(batch, error, committing);
            return;
        }
        Publish(revision);
        foreach (var (pending, result, error) in results)
            if (error is null)
                pending.TrySetResult(result!);
            else
                pending.TrySetException(error);
    }

    // Whether nothing that is due is left.
    private bool Sweep(long second, ref long revision)
    {
        if (_nextDeadline is not { } next || next > second)
            return true;
        var expired = _entries.Expire(second, revision + 1, MaxExpired);
        if (expired > 0)
            revision++;
        _nextDeadline = _entries.NextDeadline();
        return _nextDeadline is not { } still || still > second;
    }

    private (PendingCommit, CommitResult?, Exception?) Do(
        PendingCommit pending, long second, bool isSweptClean, ref long revision)
    {
        _entries.Save();
        try
        {
            if (pending.CompactAt is { } compactAt)
                CompactAll(compactAt, revision);
            if (!isSweptClean)
                ExpireTouched(pending.Transaction, second, ref revision);
            var result = _runner.Run(pending.Transaction, revision, out var wrote);
            _entries.Keep();
            if (wrote)
                revision++;
            NoteDeadlines(pending.Transaction);
            return (pending, result, null);
        }
        catch (Exception error) when (error is not SqliteException { SqliteErrorCode: var code } || !SqliteErrors.EndsTransaction(code))
        {
            // This one fails alone: the rest of the batch goes on as if it had not been there.
            _entries.Undo();
            return (pending, null, SqliteErrors.Translate(error, outcomeUnknown: false));
        }
    }

    // What a transaction touches expires before it, at a revision of its own: nothing in it sees an entry that is due.
    private void ExpireTouched(Transaction transaction, long second, ref long revision)
    {
        foreach (var range in transaction.Ranges)
            if (_entries.Expire(range, second, revision + 1) > 0)
                revision++;
    }

    private void NoteDeadlines(Transaction transaction)
    {
        NoteDeadlines(transaction.Then);
        NoteDeadlines(transaction.Otherwise);
    }

    private void NoteDeadlines(IReadOnlyList<Operation> operations)
    {
        for (var i = 0; i < operations.Count; i++)
            if (operations[i] is Operation.Put { Deadline: { } deadline } && (_nextDeadline is not { } next || deadline < next))
                _nextDeadline = deadline;
    }

    private void ForgetOld(long revision)
    {
        // A tenth more than is kept may gather, so that the bound does not move at every commit.
        var keep = _options.HistoryRevisions;
        if (revision - _compacted > keep + keep / 10)
        {
            _compacted = revision - keep;
            _entries.SetCounter("compacted", _compacted);
            _hasToForget = true;
        }
        if (_hasToForget)
            _hasToForget = _entries.Forget(_compacted, MaxForgotten) == MaxForgotten;
    }

    private void CompactAll(long at, long revision)
    {
        if (at > revision)
            throw new RevisionInFutureException(at);
        if (at <= _compacted)
            throw new RevisionCompactedException(_compacted);
        _compacted = at;
        _entries.SetCounter("compacted", at);
        _hasToForget = true;
    }

    private void Publish(long revision)
    {
        if (revision == _revision)
            return;
        Volatile.Write(ref _revision, revision);
        var committed = _committed;
        _committed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        committed.TrySetResult();
    }

    private void GiveUp(List<PendingCommit> batch, Exception error, bool committing)
    {
        LogCommitFailed(error);
        // What was committed is in the file alone; nothing is written before it has been read from there.
        _isUncertain = true;
        foreach (var pending in batch)
            pending.TrySetException(SqliteErrors.Translate(error, outcomeUnknown: committing));
        try
        {
            if (_connection.Handle is { } handle && SQLitePCL.raw.sqlite3_get_autocommit(handle) == 0)
                _entries.Rollback();
            Remember();
        }
        catch (SqliteException again)
        {
            LogCommitFailed(again);
        }
    }

    private void Remember()
    {
        _revision = _entries.Counter("revision");
        _compacted = _entries.Counter("compacted");
        _nextDeadline = _entries.NextDeadline();
        _isUncertain = false;
    }

    private void ArmExpiry()
    {
        // A timer takes at most 49 days; a day is far enough ahead to look again.
        if (_nextDeadline is not { } deadline)
            return;
        var due = DateTimeOffset.FromUnixTimeSeconds(Math.Min(deadline, DateTimeOffset.MaxValue.ToUnixTimeSeconds())) - _time.GetUtcNow();
        due = due < TimeSpan.Zero ? TimeSpan.Zero : due > TimeSpan.FromDays(1) ? TimeSpan.FromDays(1) : due;
        _expiry.Change(due, Timeout.InfiniteTimeSpan);
    }
}
