using System.Collections.Concurrent;

namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>
/// The transactions that wait for the writer. Callers enqueue without a lock, and the writer sleeps while the queue is
/// empty. One timer for all transactions fails those that waited too long.
/// </summary>
internal sealed class CommitQueue : IDisposable
{
    private const int MaxWaiting = 10_000;
    private const long MaxWaitingBytes = 64 * 1024 * 1024;
    private const int MaxBatch = 256;
    private const int MaxBatchBytes = 4 * 1024 * 1024;

    // Large transactions have their own batches. So a small transaction waits for at most one batch of large ones, some
    // ten milliseconds of the disk.
    private const int LargeBytes = 16 * 1024;
    private const int MaxLargeBatchBytes = 512 * 1024;

    private readonly ConcurrentQueue<PendingCommit> _small = new();
    private readonly ConcurrentQueue<PendingCommit> _large = new();
    private readonly PendingCommit?[] _batch = new PendingCommit?[MaxBatch];
    private readonly AutoResetEvent _wakeUp = new(initialState: false);
    private readonly TimeProvider _time;
    private readonly TimeSpan _timeout;
    private readonly ITimer _watchdog;

    private int _count;
    private long _bytes;
    private int _batchSize;
    private int _asleep;
    private int _woken;
    private int _isWatchdogSet;
    private volatile bool _closed;
    private volatile bool _drained;

    // The batch that was taken last, whether small ones were taken since the last batch of large ones, and the end of
    // the pause after that.
    private bool _isLarge;
    private long _takenAt;
    private bool _hadSmall;
    private long _largeFrom;

    public CommitQueue(TimeProvider time, TimeSpan timeout)
    {
        (_time, _timeout) = (time, timeout);
        _watchdog = time.CreateTimer(_ => FailOverdue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public int Count => Volatile.Read(ref _count);

    /// <summary>Whether the queue was closed and all waiting transactions were taken.</summary>
    public bool IsDrained => _drained;

    /// <summary>Queues a transaction. Fails it at once when the queue is full or the store is closed.</summary>
    public void Enqueue(PendingCommit pending)
    {
        if (_closed)
        {
            pending.Fail(_ => Closed());
            return;
        }
        var count = Interlocked.Increment(ref _count);
        var bytes = Interlocked.Add(ref _bytes, pending.Bytes);
        // A single waiting transaction is accepted whatever its size.
        if (count > MaxWaiting || (bytes > MaxWaitingBytes && count > 1))
        {
            Uncount(pending);
            pending.Fail(_ => new StoreUnavailableException("Too many requests are waiting for the disk."));
            return;
        }
        (pending.Bytes < LargeBytes ? _small : _large).Enqueue(pending);
        Interlocked.MemoryBarrier();
        if (_drained)
            FailWaiting();
        WakeIfAsleep();
        StartWatchdog();
    }

    /// <summary>Wakes the writer even if the queue is empty, so that it expires entries that are due.</summary>
    public void Wake()
    {
        Interlocked.Exchange(ref _woken, 1);
        WakeIfAsleep();
    }

    /// <summary>The bytes of the batch that was taken last. Only the writer's thread uses it.</summary>
    public long TakenBytes { get; private set; }

    /// <summary>
    /// Waits for work and takes as many transactions as one commit may hold; after <see cref="Wake"/> there may be
    /// none. The writer owns the batch until it calls <see cref="Done"/>.
    /// </summary>
    public ReadOnlySpan<PendingCommit> Take()
    {
        for (; ; )
        {
            var bytes = 0L;
            var now = _time.GetTimestamp();
            _isLarge = IsLargeDue(now);
            var (waiting, maxBytes) = _isLarge ? (_large, MaxLargeBatchBytes) : (_small, MaxBatchBytes);
            while (_batchSize < MaxBatch && bytes < maxBytes && waiting.TryDequeue(out var pending))
            {
                Uncount(pending);
                if (_time.GetElapsedTime(pending.QueuedAt, now) >= _timeout)
                    pending.Fail(TimedOut);
                else if (pending.TryTake())
                {
                    _batch[_batchSize] = pending;
                    Volatile.Write(ref _batchSize, _batchSize + 1);
                    bytes += pending.Bytes;
                }
            }
            if (_batchSize > 0 || Interlocked.Exchange(ref _woken, 0) == 1)
            {
                (_takenAt, TakenBytes) = (now, bytes);
                _hadSmall |= !_isLarge && _batchSize > 0;
                return _batch.AsSpan(0, _batchSize)!;
            }
            if (IsWorkDue(now))
                continue;
            if (_closed && IsEmpty)
            {
                _drained = true;
                Interlocked.MemoryBarrier();
                FailWaiting();
                return [];
            }
            Sleep();
        }
    }

    public void Done()
    {
        if (_isLarge)
        {
            if (_hadSmall || !_small.IsEmpty)
                _largeFrom = _time.TimestampIn(LargeWrites.PauseAfter(
                    _time.GetElapsedTime(_takenAt), TakenBytes, LargeWrites.EmbeddedPauseForMebibyte));
            _hadSmall = false;
        }
        Array.Clear(_batch, 0, _batchSize);
        Volatile.Write(ref _batchSize, 0);
    }

    /// <summary>Accepts no more transactions. Waiting ones are still written.</summary>
    public void Close()
    {
        _closed = true;
        Wake();
    }

    public void Dispose()
    {
        _watchdog.Dispose();
        _wakeUp.Dispose();
    }

    private bool IsEmpty => _small.IsEmpty && _large.IsEmpty;

    private bool IsLargeDue(long now) => !_large.IsEmpty && (now >= _largeFrom || _closed);

    private bool IsWorkDue(long now) => !_small.IsEmpty || IsLargeDue(now);

    private static StoreUnavailableException Closed() => new("The store is closed.");

    private static StoreUnavailableException TimedOut(bool mayBeWritten) => mayBeWritten
        ? new("The disk did not answer in time.", outcomeUnknown: true)
        : new("The disk did not keep up; nothing was written.");

    private void Uncount(PendingCommit pending)
    {
        Interlocked.Decrement(ref _count);
        Interlocked.Add(ref _bytes, -pending.Bytes);
    }

    private void FailWaiting()
    {
        while (_small.TryDequeue(out var pending) || _large.TryDequeue(out pending))
            pending.Fail(_ => Closed());
    }

    // The writer sets the flag before it checks the queue again; a caller checks the flag after it has enqueued. So at
    // least one of the two sees the other.
    private void Sleep()
    {
        Interlocked.Exchange(ref _asleep, 1);
        var now = _time.GetTimestamp();
        if (!IsWorkDue(now) && !_closed && Volatile.Read(ref _woken) == 0)
            _wakeUp.WaitOne(_large.IsEmpty ? Timeout.InfiniteTimeSpan : UntilLarge(now));
        Volatile.Write(ref _asleep, 0);
    }

    // Waits have whole milliseconds.
    private TimeSpan UntilLarge(long now) =>
        TimeSpan.FromMilliseconds(Math.Ceiling(_time.GetElapsedTime(now, _largeFrom).TotalMilliseconds));

    private void WakeIfAsleep()
    {
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _asleep) == 1 && Interlocked.Exchange(ref _asleep, 0) == 1)
            _wakeUp.Set();
    }

    private void StartWatchdog()
    {
        if (Volatile.Read(ref _isWatchdogSet) == 0 && Interlocked.Exchange(ref _isWatchdogSet, 1) == 0)
            _watchdog.Change(_timeout, Timeout.InfiniteTimeSpan);
    }

    private void FailOverdue()
    {
        var now = _time.GetTimestamp();
        var next = _timeout;
        for (var i = 0; i < _batch.Length; i++)
            if (Volatile.Read(ref _batch[i]) is { } pending)
                FailIfOverdue(pending, now, ref next);
        // A queue is in order of arrival: once a transaction has time left, all after it have.
        foreach (var waiting in (ReadOnlySpan<ConcurrentQueue<PendingCommit>>)[_small, _large])
            foreach (var pending in waiting)
                if (!FailIfOverdue(pending, now, ref next))
                    break;
        if (Volatile.Read(ref _batchSize) > 0 || !IsEmpty)
        {
            _watchdog.Change(next, Timeout.InfiniteTimeSpan);
            return;
        }
        Interlocked.Exchange(ref _isWatchdogSet, 0);
        if (!IsEmpty)
            StartWatchdog();
    }

    private bool FailIfOverdue(PendingCommit pending, long now, ref TimeSpan next)
    {
        if (pending.Task.IsCompleted)
            return true;
        var left = _timeout - _time.GetElapsedTime(pending.QueuedAt, now);
        if (left > TimeSpan.Zero)
        {
            next = left < next ? left : next;
            return false;
        }
        pending.Fail(TimedOut);
        return true;
    }
}
