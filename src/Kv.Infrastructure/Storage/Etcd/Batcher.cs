using System.Collections.Concurrent;
using Kv.Domain.Storage;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// Collects the requests that arrive while earlier calls are in flight, and sends them together. Without a call in
/// flight a request is sent at once, so an idle store adds no wait. Under load the batches fill by themselves, and
/// after a call a <see cref="BatchDelay">short wait</see> can fill them further. A second call is sent beside the first
/// when there are requests for a full batch, or when the first takes long: two half-full calls would cost both sides
/// twice as much as a full one. For the kinds of request that gain by it, a few requests are sent side by side in calls
/// of their own, until there are enough to share calls.
/// </summary>
internal abstract class Batcher<TPending> : IDisposable
    where TPending : class, IPending
{
    private const int MaxInFlight = 2;

    /// <summary>
    /// The time after which another call may be sent beside one in flight: longer than a call to a nearby store with a
    /// fast disk.
    /// </summary>
    public static readonly TimeSpan LongCall = TimeSpan.FromMilliseconds(5);

    // .NET's timers count whole milliseconds. A timer that fires early would be set to zero again and again.
    private static readonly TimeSpan ShortestTimer = TimeSpan.FromMilliseconds(1);

    // After a call with more requests than this, calls continue to be shared: two calls for half of the callers each
    // would cost more.
    private const int SmallCall = 2;

    // Further requests would only time out.
    private const int MaxQueued = 10_000;

    private readonly ConcurrentQueue<TPending> _queue = new();

    // Requests that did not fit into a full batch. They are first in the next one, so that a large request is not
    // delayed forever.
    private readonly ConcurrentQueue<TPending> _overflow = new();
    private readonly int _fullAt;
    private readonly int _few;
    private readonly TimeProvider _time;
    private readonly TimeSpan _timeout;
    private readonly ITimer _longCall;
    private readonly BatchDelay _gathering;
    private readonly ITimer _gathered;
    private int _queued;
    private int _underWay;
    private int _lastSize;
    private int _inFlight;
    private long _sentAt;
    private int _isTimed;

    /// <param name="fullAt">How many requests fill a batch.</param>
    /// <param name="time">The clock.</param>
    /// <param name="timeout">How long after its arrival a request may be sent.</param>
    /// <param name="few">Up to how many requests are sent side by side without waiting for each other.</param>
    protected Batcher(int fullAt, TimeProvider time, TimeSpan timeout, int few = 1)
    {
        (_fullAt, _few, _time, _timeout) = (fullAt, few, time, timeout);
        // A call may hang. The requests behind it must not depend on the arrival of another one.
        _longCall = time.CreateTimer(_ => LookAgain(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _gathering = new BatchDelay(time);
        _gathered = time.CreateTimer(_ => StopGathering(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many requests wait to be sent.</summary>
    public int Queued => Volatile.Read(ref _queued);

    protected TimeProvider Time => _time;

    public void Dispose()
    {
        _longCall.Dispose();
        _gathered.Dispose();
    }

    /// <exception cref="StoreUnavailableException">Too many requests are waiting.</exception>
    protected void Enqueue(TPending pending)
    {
        if (Interlocked.Increment(ref _queued) > MaxQueued)
        {
            Interlocked.Decrement(ref _queued);
            throw new StoreUnavailableException("Too many requests are waiting for etcd.");
        }
        _queue.Enqueue(pending);
        // The request is visible to a thread that frees a slot before this thread looks for a free slot.
        Interlocked.MemoryBarrier();
        Pump();
    }

    /// <summary>The error of a request whose time has passed.</summary>
    protected static StoreUnavailableException NotSent =>
        new("etcd did not answer in time; the request was not sent.");

    /// <summary>Whether a request has waited so long that it must not be sent.</summary>
    protected bool IsOverdue(TPending pending) => _time.GetElapsedTime(pending.ArrivedAt) >= _timeout;

    /// <summary>Starts a batch.</summary>
    protected abstract IBatch NewBatch();

    /// <summary>A batch that is filled and then sent.</summary>
    protected interface IBatch
    {
        /// <summary>
        /// Adds a request, unless the batch is full or must not contain it. An empty batch accepts any request.
        /// </summary>
        Fit TryAdd(TPending pending);

        /// <summary>Sends the batch and completes every request in it, or throws.</summary>
        Task Send();

        /// <summary>Fails every request that is not completed.</summary>
        void Fail(Exception error);
    }

    /// <summary>How a batch responds to a request.</summary>
    protected enum Fit
    {
        /// <summary>The request is in the batch.</summary>
        Taken,

        /// <summary>The request waits for the next batch; others may still fit.</summary>
        Later,

        /// <summary>The request waits for the next batch, and so do all after it.</summary>
        Full,
    }

    private void Pump()
    {
        while (IsWaitedFor)
        {
            if (!TryTakeSlot())
            {
                LookAgainLater();
                return;
            }
            if (Drain(out var taken) is { } batch)
                _ = Run(batch, taken);
            else
                Interlocked.Decrement(ref _inFlight);
        }
    }

    private bool IsWaitedFor => !(_overflow.IsEmpty && _queue.IsEmpty);

    // The first waiting request sets the timer, not every call: on an idle store no request waits.
    private void LookAgainLater()
    {
        if (Volatile.Read(ref _inFlight) != 1 || Interlocked.Exchange(ref _isTimed, 1) != 0)
            return;
        var left = LongCall - SinceSent;
        _longCall.Change(left < ShortestTimer ? ShortestTimer : left, Timeout.InfiniteTimeSpan);
    }

    private void LookAgain()
    {
        // Reset the flag before the look: a thread that finds the timer set after that relies on this look.
        Interlocked.Exchange(ref _isTimed, 0);
        Pump();
    }

    // The count never exceeds the number of calls in flight, not even briefly. So a thread that finds it full may
    // leave: a call in flight looks at the queue when it ends.
    private bool TryTakeSlot()
    {
        var taken = Volatile.Read(ref _inFlight);
        while (taken == 0 ? !_gathering.IsOn(Queued) : AreFew || (taken < MaxInFlight && IsWorthAnotherCall()))
        {
            var seen = Interlocked.CompareExchange(ref _inFlight, taken + 1, taken);
            if (seen == taken)
            {
                _gathering.End(Queued);
                return true;
            }
            taken = seen;
        }
        return false;
    }

    // It checks the wait instead of ending it: the timer may fire early.
    private void StopGathering()
    {
        if (_gathering.IsOn(Queued))
            _gathered.Change(BatchDelay.MaxWait, Timeout.InfiniteTimeSpan);
        else
            Pump();
    }

    // A request that is being taken is briefly counted twice, but never left out.
    private bool AreFew => Volatile.Read(ref _lastSize) <= SmallCall && Volatile.Read(ref _underWay) + Queued <= _few;

    private bool IsWorthAnotherCall() => Volatile.Read(ref _queued) >= _fullAt || SinceSent >= LongCall;

    private TimeSpan SinceSent => _time.GetElapsedTime(Volatile.Read(ref _sentAt));

    private IBatch? Drain(out int taken)
    {
        IBatch? batch = null;
        taken = 0;
        if (Drain(_overflow, ref batch, ref taken))
            Drain(_queue, ref batch, ref taken);
        return batch;
    }

    // Returns whether the batch may take more. Requests that must wait go to the end of the queue; the count is taken
    // first so that they are not seen twice.
    private bool Drain(ConcurrentQueue<TPending> source, ref IBatch? batch, ref int taken)
    {
        for (var left = source.Count; left > 0 && source.TryDequeue(out var pending); left--)
        {
            if (IsOverdue(pending))
            {
                Interlocked.Decrement(ref _queued);
                pending.TrySetException(NotSent);
                continue;
            }
            var fit = (batch ??= NewBatch()).TryAdd(pending);
            if (fit == Fit.Taken)
            {
                Interlocked.Increment(ref _underWay);
                Interlocked.Decrement(ref _queued);
                taken++;
                continue;
            }
            if (fit == Fit.Full)
            {
                _overflow.Enqueue(pending);
                return false;
            }
            _queue.Enqueue(pending);
        }
        return true;
    }

    private async Task Run(IBatch batch, int size)
    {
        var sentAt = _time.GetTimestamp();
        Volatile.Write(ref _sentAt, sentAt);
        try
        {
            await batch.Send();
        }
        catch (Exception error)
        {
            batch.Fail(error);
        }
        // A request that did not fit means that the next call is full already.
        if (Volatile.Read(ref _inFlight) == 1 && _overflow.IsEmpty
            && _gathering.Begin(size, Queued, _fullAt, _time.GetElapsedTime(sentAt)))
            _gathered.Change(BatchDelay.MaxWait, Timeout.InfiniteTimeSpan);
        Volatile.Write(ref _lastSize, size);
        Interlocked.Decrement(ref _inFlight);
        Interlocked.Add(ref _underWay, -size);
        Pump();
    }
}

/// <summary>A request that waits in a <see cref="Batcher{TPending}"/>.</summary>
internal interface IPending
{
    /// <summary>The time of arrival, as a timestamp of the time provider.</summary>
    long ArrivedAt { get; }

    bool TrySetException(Exception exception);
}
