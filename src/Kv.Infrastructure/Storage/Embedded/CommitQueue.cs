namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>
/// The transactions that wait for the writer, which sleeps while the queue is empty. One timer for all transactions
/// fails those that waited too long.
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

    // The first check comes after the time that a transaction may wait. While any wait, checks follow this many times as
    // often.
    private const int ChecksInTimeout = 20;

    private readonly Lock _gate = new();
    private readonly Queue<PendingCommit> _small = new();
    private readonly Queue<PendingCommit> _large = new();
    private readonly PendingCommit?[] _batch = new PendingCommit?[MaxBatch];
    private readonly AutoResetEvent _wakeUp = new(initialState: false);
    private readonly TimeProvider _time;
    private readonly TimeSpan _timeout;
    private readonly ITimer _watchdog;

    private long _bytes;
    private int _batchSize;
    private bool _isAsleep;
    private bool _isWoken;
    private bool _isWatched;
    private bool _isClosed;

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

    public int Count => _small.Count + _large.Count;

    /// <summary>Whether the queue was closed and all waiting transactions were taken.</summary>
    public bool IsDrained { get; private set; }

    /// <summary>Queues a transaction. Fails it at once when the queue is full or the store is closed.</summary>
    public void Enqueue(PendingCommit pending)
    {
        bool isQueued, isAsleep;
        lock (_gate)
        {
            // A single waiting transaction is accepted whatever its size.
            isQueued = !_isClosed && Count < MaxWaiting && (Count == 0 || _bytes + pending.Bytes <= MaxWaitingBytes);
            if (isQueued)
            {
                _bytes += pending.Bytes;
                (pending.Bytes < LargeBytes ? _small : _large).Enqueue(pending);
                if (!_isWatched)
                    Watch(_timeout);
            }
            isAsleep = isQueued && _isAsleep;
            _isAsleep &= !isAsleep;
        }
        // Outside the lock, which the writer takes first.
        if (isAsleep)
            _wakeUp.Set();
        if (!isQueued)
            pending.Fail(_ => new StoreUnavailableException(
                _isClosed ? "The store is closed." : "Too many requests are waiting for the disk."));
    }

    /// <summary>Wakes the writer even if the queue is empty, so that it expires entries that are due.</summary>
    public void Wake()
    {
        lock (_gate)
            _isWoken = true;
        _wakeUp.Set();
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
            TimeSpan wait;
            lock (_gate)
            {
                var now = _time.GetTimestamp();
                Fill(now);
                if (_batchSize > 0 || _isWoken)
                {
                    _isWoken = false;
                    _hadSmall |= !_isLarge && _batchSize > 0;
                    return _batch.AsSpan(0, _batchSize)!;
                }
                if (_isClosed && Count == 0)
                {
                    IsDrained = true;
                    return [];
                }
                wait = _small.Count > 0 || IsLargeDue(now) ? TimeSpan.Zero
                    : _large.Count > 0 ? UntilLarge(now)
                    : Timeout.InfiniteTimeSpan;
                _isAsleep = true;
            }
            _wakeUp.WaitOne(wait);
        }
    }

    public void Done()
    {
        lock (_gate)
        {
            if (_isLarge)
            {
                if (_hadSmall || _small.Count > 0)
                    _largeFrom = _time.TimestampIn(LargeWrites.PauseAfter(_time.GetElapsedTime(_takenAt), TakenBytes));
                _hadSmall = false;
            }
            Array.Clear(_batch, 0, _batchSize);
            _batchSize = 0;
        }
    }

    /// <summary>Accepts no more transactions. Waiting ones are still written.</summary>
    public void Close()
    {
        lock (_gate)
            _isClosed = true;
        Wake();
    }

    public void Dispose()
    {
        _watchdog.Dispose();
        _wakeUp.Dispose();
    }

    private static StoreUnavailableException TimedOut(bool mayBeWritten) => mayBeWritten
        ? new("The disk did not answer in time.", outcomeUnknown: true)
        : new("The disk did not keep up; nothing was written.");

    private bool IsLargeDue(long now) => _large.Count > 0 && (now >= _largeFrom || _isClosed);

    private void Fill(long now)
    {
        (_takenAt, TakenBytes, _isLarge) = (now, 0, IsLargeDue(now));
        var (waiting, maxBytes) = _isLarge ? (_large, MaxLargeBatchBytes) : (_small, MaxBatchBytes);
        while (_batchSize < MaxBatch && TakenBytes < maxBytes && waiting.TryDequeue(out var pending))
        {
            _bytes -= pending.Bytes;
            if (!FailIfOverdue(pending, now) && pending.TryTake())
            {
                _batch[_batchSize++] = pending;
                TakenBytes += pending.Bytes;
            }
        }
    }

    // Waits have whole milliseconds.
    private TimeSpan UntilLarge(long now) =>
        TimeSpan.FromMilliseconds(Math.Ceiling(_time.GetElapsedTime(now, _largeFrom).TotalMilliseconds));

    private void FailOverdue()
    {
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            foreach (var pending in _batch.AsSpan(0, _batchSize))
                FailIfOverdue(pending!, now);
            // A queue is in order of arrival: once a transaction has time left, all after it have.
            _ = _small.All(pending => FailIfOverdue(pending, now));
            _ = _large.All(pending => FailIfOverdue(pending, now));
            _isWatched = false;
            if (_batchSize + Count > 0)
                Watch(_timeout / ChecksInTimeout);
        }
    }

    private void Watch(TimeSpan wait)
    {
        _isWatched = true;
        _watchdog.Change(wait, Timeout.InfiniteTimeSpan);
    }

    // Returns whether its time has passed.
    private bool FailIfOverdue(PendingCommit pending, long now)
    {
        if (_time.GetElapsedTime(pending.QueuedAt, now) < _timeout)
            return false;
        pending.Fail(TimedOut);
        return true;
    }
}
