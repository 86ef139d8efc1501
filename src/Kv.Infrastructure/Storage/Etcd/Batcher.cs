using System.Collections.Concurrent;
using Kv.Domain.Storage;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// Gathers the requests that arrive while earlier ones are under way, and sends them together. When nothing is under
/// way a request goes at once, so an idle store adds no wait; under load the batches fill by themselves, and a little more where
/// it is worth it to <see cref="Gathering">wait a moment</see> after a call. A second call goes beside the first when there is enough for a whole
/// batch, or when the first takes long: two half-full calls would cost both sides twice what a full one does. Where the kind of request gains by it,
/// a few go side by side as well, each by itself, until so many ask that they share calls.
/// </summary>
internal abstract class Batcher<TPending> : IDisposable
    where TPending : class, IPending
{
    private const int MaxInFlight = 2;

    /// <summary>
    /// How long a call may take before another one goes beside it: longer than one to a store that is near and has a fast disk.
    /// </summary>
    public static readonly TimeSpan LongCall = TimeSpan.FromMilliseconds(5);

    // .NET's timers count whole milliseconds: one that came early would be set to nothing again and again.
    private static readonly TimeSpan ShortestTimer = TimeSpan.FromMilliseconds(1);

    // Calls that serve more than this have come to be shared, and go on so: two calls for halves of those who ask would cost more.
    private const int SmallCall = 2;

    // What waits beyond this would only time out.
    private const int MaxQueued = 10_000;

    private readonly ConcurrentQueue<TPending> _queue = new();

    // What found a batch full goes first into the next one: a large request is not pushed back for ever.
    private readonly ConcurrentQueue<TPending> _turnedAway = new();
    private readonly int _fullAt;
    private readonly int _few;
    private readonly TimeProvider _time;
    private readonly TimeSpan _timeout;
    private readonly ITimer _longCall;
    private readonly Gathering _gathering;
    private readonly ITimer _gathered;
    private int _queued;
    private int _underWay;
    private int _lastSize;
    private int _inFlight;
    private long _sentAt;
    private int _isTimed;

    /// <param name="fullAt">How many requests make a batch full.</param>
    /// <param name="time">The clock.</param>
    /// <param name="timeout">How long a request may wait to be sent.</param>
    /// <param name="few">How many requests go side by side without waiting for each other, as long as there are no more.</param>
    protected Batcher(int fullAt, TimeProvider time, TimeSpan timeout, int few = 1)
    {
        (_fullAt, _few, _time, _timeout) = (fullAt, few, time, timeout);
        // A call may hang, and who waits behind it must not depend on somebody else to come.
        _longCall = time.CreateTimer(_ => LookAgain(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _gathering = new Gathering(time);
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
        pending.QueuedAt = _time.GetTimestamp();
        _queue.Enqueue(pending);
        // The request is visible to whoever frees a slot before this thread looks for a free one.
        Interlocked.MemoryBarrier();
        Pump();
    }

    /// <summary>Starts a batch in which to put requests.</summary>
    protected abstract IBatch NewBatch();

    /// <summary>A batch that is being filled and then sent.</summary>
    protected interface IBatch
    {
        /// <summary>Takes a request, unless the batch is full or the request must not be in it. An empty batch takes any.</summary>
        Fit TryAdd(TPending pending);

        /// <summary>Sends the batch and settles every request in it, or throws.</summary>
        Task Send();

        /// <summary>Fails every request that is not settled.</summary>
        void Fail(Exception error);
    }

    /// <summary>What a batch does with a request.</summary>
    protected enum Fit
    {
        /// <summary>It is in the batch.</summary>
        Taken,

        /// <summary>It waits for the next batch; others may still fit.</summary>
        Later,

        /// <summary>It waits for the next batch, and so do all behind it.</summary>
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

    private bool IsWaitedFor => !(_turnedAway.IsEmpty && _queue.IsEmpty);

    // The timer is set by the first who waits, and not for each call: on an idle store nobody does.
    private void LookAgainLater()
    {
        if (Volatile.Read(ref _inFlight) != 1 || Interlocked.Exchange(ref _isTimed, 1) != 0)
            return;
        var left = LongCall - SinceSent;
        _longCall.Change(left < ShortestTimer ? ShortestTimer : left, Timeout.InfiniteTimeSpan);
    }

    private void LookAgain()
    {
        // Before it looks: whoever finds the timer set after that relies on this look.
        Interlocked.Exchange(ref _isTimed, 0);
        Pump();
    }

    // The count is never above what is under way, not even for a moment: whoever finds it full may go, as one that is
    // under way will look at the queue when it ends.
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

    // It looks once: a timer may be early, and what is over only after a look in vain would be waited for without one.
    private void StopGathering()
    {
        if (_gathering.IsOn(Queued))
            _gathered.Change(Gathering.MaxWait, Timeout.InfiniteTimeSpan);
        else
            Pump();
    }

    // A request that is taken is counted twice for a moment, and never not at all.
    private bool AreFew => Volatile.Read(ref _lastSize) <= SmallCall && Volatile.Read(ref _underWay) + Queued <= _few;

    private bool IsWorthAnotherCall() => Volatile.Read(ref _queued) >= _fullAt || SinceSent >= LongCall;

    private TimeSpan SinceSent => _time.GetElapsedTime(Volatile.Read(ref _sentAt));

    private IBatch? Drain(out int taken)
    {
        IBatch? batch = null;
        taken = 0;
        if (Drain(_turnedAway, ref batch, ref taken))
            Drain(_queue, ref batch, ref taken);
        return batch;
    }

    // Whether the batch may take more. Requests that must wait go to the queue's end; counting first keeps them from
    // coming round again.
    private bool Drain(ConcurrentQueue<TPending> source, ref IBatch? batch, ref int taken)
    {
        for (var left = source.Count; left > 0 && source.TryDequeue(out var pending); left--)
        {
            if (_time.GetElapsedTime(pending.QueuedAt) >= _timeout)
            {
                Interlocked.Decrement(ref _queued);
                pending.TrySetException(new StoreUnavailableException("etcd did not answer in time; the request was not sent."));
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
                _turnedAway.Enqueue(pending);
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
        // Where one was turned away there is enough for a full call, whatever the number.
        if (Volatile.Read(ref _inFlight) == 1 && _turnedAway.IsEmpty
            && _gathering.Begin(size, Queued, _fullAt, _time.GetElapsedTime(sentAt)))
            _gathered.Change(Gathering.MaxWait, Timeout.InfiniteTimeSpan);
        Volatile.Write(ref _lastSize, size);
        Interlocked.Decrement(ref _inFlight);
        Interlocked.Add(ref _underWay, -size);
        Pump();
    }
}

/// <summary>A request that waits in a <see cref="Batcher{TPending}"/>.</summary>
internal interface IPending
{
    /// <summary>When it began to wait, as a timestamp of the time provider.</summary>
    long QueuedAt { get; set; }

    bool TrySetException(Exception exception);
}
