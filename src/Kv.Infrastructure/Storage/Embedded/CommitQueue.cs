using System.Collections.Concurrent;
using Kv.Domain.Storage;

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

    // Large transactions have batches of their own, and take turns with the small ones. So a small one waits for at
    // most one such batch, which takes the disk some ten milliseconds.
    private const int LargeBytes = 16 * 1024;
    private const int MaxLargeBatchBytes = 512 * 1024;

    private readonly ConcurrentQueue<PendingCommit> _small = new();
    private readonly ConcurrentQueue<PendingCommit> _large = new();
    private readonly PendingCommit?[] _taken = new PendingCommit?[MaxBatch];
    private readonly AutoResetEvent _bell = new(initialState: false);
    private readonly TimeProvider _time;
    private readonly TimeSpan _timeout;
    private readonly ITimer _watchdog;

    private int _count;
    private long _bytes;
    private int _batch;
    private int _asleep;
    private int _woken;
    private int _watched;
    private volatile bool _closed;
    private volatile bool _drained;
    private bool _wasLarge;

    public CommitQueue(TimeProvider time, TimeSpan timeout)
    {
        (_time, _timeout) = (time, timeout);
        _watchdog = time.CreateTimer(_ => FailOverdue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many transactions wait.</summary>
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
        // A transaction that waits alone is accepted whatever its size.
        if (count > MaxWaiting || (bytes > MaxWaitingBytes && count > 1))
        {
            Leave(pending);
            pending.Fail(_ => new StoreUnavailableException("Too many requests are waiting for the disk."));
            return;
        }
        (pending.Bytes < LargeBytes ? _small : _large).Enqueue(pending);
        Interlocked.MemoryBarrier();
        if (_drained)
            FailRest();
        Ring();
        Watch();
    }

    /// <summary>Wakes the writer so that it checks the clock, even if the queue is empty.</summary>
    public void Wake()
    {
        Interlocked.Exchange(ref _woken, 1);
        Ring();
    }

    /// <summary>
    /// Waits for work and takes as many transactions as one commit may hold; after <see cref="Wake"/> there may be
    /// none. The writer owns the batch until it calls <see cref="Done"/>.
    /// </summary>
    public ReadOnlySpan<PendingCommit> Take()
    {
        for (; ; )
        {
            var bytes = 0;
            var now = _time.GetTimestamp();
            _wasLarge = !_large.IsEmpty && (_small.IsEmpty || !_wasLarge);
            var (waiting, most) = _wasLarge ? (_large, MaxLargeBatchBytes) : (_small, MaxBatchBytes);
            while (_batch < MaxBatch && bytes < most && waiting.TryDequeue(out var pending))
            {
                Leave(pending);
                if (_time.GetElapsedTime(pending.QueuedAt, now) >= _timeout)
                    pending.Fail(TimedOut);
                else if (pending.TryTake())
                {
                    _taken[_batch] = pending;
                    Volatile.Write(ref _batch, _batch + 1);
                    bytes += pending.Bytes;
                }
            }
            if (_batch > 0 || Interlocked.Exchange(ref _woken, 0) == 1)
                return _taken.AsSpan(0, _batch)!;
            if (!IsEmpty)
                continue;
            if (_closed)
            {
                _drained = true;
                Interlocked.MemoryBarrier();
                FailRest();
                return [];
            }
            Sleep();
        }
    }

    public void Done()
    {
        Array.Clear(_taken, 0, _batch);
        Volatile.Write(ref _batch, 0);
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
        _bell.Dispose();
    }

    private bool IsEmpty => _small.IsEmpty && _large.IsEmpty;

    private static StoreUnavailableException Closed() => new("The store is closed.");

    private static StoreUnavailableException TimedOut(bool mayBeWritten) => mayBeWritten
        ? new("The disk did not answer in time.", outcomeUnknown: true)
        : new("The disk did not keep up; nothing was written.");

    private void Leave(PendingCommit pending)
    {
        Interlocked.Decrement(ref _count);
        Interlocked.Add(ref _bytes, -pending.Bytes);
    }

    private void FailRest()
    {
        while (_small.TryDequeue(out var pending) || _large.TryDequeue(out pending))
            pending.Fail(_ => Closed());
    }

    // The writer sets the flag before it looks at the queue once more; a caller looks at the flag after it has
    // enqueued. So at least one of the two sees the other.
    private void Sleep()
    {
        Interlocked.Exchange(ref _asleep, 1);
        if (IsEmpty && !_closed && Volatile.Read(ref _woken) == 0)
            _bell.WaitOne();
        Volatile.Write(ref _asleep, 0);
    }

    private void Ring()
    {
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _asleep) == 1 && Interlocked.Exchange(ref _asleep, 0) == 1)
            _bell.Set();
    }

    private void Watch()
    {
        if (Volatile.Read(ref _watched) == 0 && Interlocked.Exchange(ref _watched, 1) == 0)
            _watchdog.Change(_timeout, Timeout.InfiniteTimeSpan);
    }

    private void FailOverdue()
    {
        var now = _time.GetTimestamp();
        var next = _timeout;
        for (var i = 0; i < _taken.Length; i++)
            if (Volatile.Read(ref _taken[i]) is { } pending)
                FailIfOverdue(pending, now, ref next);
        // A queue is in order of arrival: once a transaction has time left, all after it have.
        foreach (var waiting in (ReadOnlySpan<ConcurrentQueue<PendingCommit>>)[_small, _large])
            foreach (var pending in waiting)
                if (!FailIfOverdue(pending, now, ref next))
                    break;
        if (Volatile.Read(ref _batch) > 0 || !IsEmpty)
        {
            _watchdog.Change(next, Timeout.InfiniteTimeSpan);
            return;
        }
        Interlocked.Exchange(ref _watched, 0);
        if (!IsEmpty)
            Watch();
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
