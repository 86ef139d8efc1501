using System.Collections.Concurrent;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// Collects the requests that arrive while a call is in flight, and sends them together in the next call. Two callers
/// share no calls: each request is sent at once, so an idle store adds no wait. With more callers a second call goes
/// beside the first only with a full batch, or when the first takes long: two half-full calls cost both sides twice as
/// much as a full one.
/// The callers that a call has answered often return soon. So the next call waits until seven of eight callers are
/// back, or all of fewer than eight, but no longer than the last call took and its answers take to be sent. Otherwise
/// the callers split into groups that wait for each other's calls.
/// </summary>
internal abstract class Batcher<TPending> : IDisposable
    where TPending : class, IPending
{
    /// <summary>The most calls in flight. As many callers share no calls.</summary>
    public const int MaxInFlight = 2;

    /// <summary>
    /// The time after which another call may be sent beside one in flight: longer than a call to a nearby store with a
    /// fast disk.
    /// </summary>
    public static readonly TimeSpan LongCall = TimeSpan.FromMilliseconds(5);

    /// <summary>
    /// The longest wait for the callers of the last call. The timer may end it some milliseconds late.
    /// </summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromMilliseconds(4);

    /// <summary>How long Kv takes to answer one of the callers of a call, while the others wait.</summary>
    public static readonly TimeSpan AnswerTime = TimeSpan.FromMicroseconds(50);

    // .NET's timers count whole milliseconds. A timer that fires early would be set to zero again and again.
    private static readonly TimeSpan ShortestTimer = TimeSpan.FromMilliseconds(1);

    // Further requests would only time out.
    private const int MaxQueued = 10_000;

    private readonly ConcurrentQueue<TPending> _queue = new();

    // Requests that did not fit into a full batch. They are first in the next one, so that a large request is not
    // delayed forever.
    private readonly ConcurrentQueue<TPending> _overflow = new();
    private readonly int _fullAt;
    private readonly TimeProvider _time;
    private readonly TimeSpan _timeout;
    private readonly ITimer _timer;
    private readonly Func<long>? _others;
    private long _sent;
    private long _pausedUntil;
    private int _queued;
    private int _inFlight;
    private int _unanswered;
    private int _callers;
    private long _sentAt;
    private int _enough;
    private long _waitUntil;
    private int _isTimed;

    /// <param name="fullAt">How many requests fill a batch.</param>
    /// <param name="time">The clock.</param>
    /// <param name="timeout">How long after its arrival a request may be sent.</param>
    /// <param name="others">
    /// For large requests: the number of calls that others have sent so far. One call is in flight at a time, and if
    /// others have sent calls meanwhile, a pause follows it.
    /// </param>
    protected Batcher(int fullAt, TimeProvider time, TimeSpan timeout, Func<long>? others = null)
    {
        (_fullAt, _time, _timeout, _others) = (fullAt, time, timeout, others);
        // Requests that wait must not depend on the arrival of another one.
        _timer = time.CreateTimer(_ => PumpOnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many calls were sent.</summary>
    public long CallsSent => Volatile.Read(ref _sent);

    /// <summary>How many requests wait to be sent.</summary>
    public int Queued => Volatile.Read(ref _queued);

    protected TimeProvider Time => _time;

    /// <summary>Whether one call is in flight at a time, with pauses for the calls of others.</summary>
    protected bool TakesTurns => _others is not null;

    public void Dispose() => _timer.Dispose();

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
                PumpLater();
                return;
            }
            if (Drain(out var taken) is { } batch)
                _ = Run(batch, taken);
            else
                Interlocked.Decrement(ref _inFlight);
        }
    }

    private bool IsWaitedFor => !(_overflow.IsEmpty && _queue.IsEmpty);

    // The first request that waits sets the timer, not every request. With two calls in flight one of them looks again.
    private void PumpLater()
    {
        var inFlight = Volatile.Read(ref _inFlight);
        if (inFlight == Most || Interlocked.Exchange(ref _isTimed, 1) != 0)
            return;
        var left = inFlight == 0
            ? _time.GetElapsedTime(
                _time.GetTimestamp(), Math.Max(Volatile.Read(ref _waitUntil), Volatile.Read(ref _pausedUntil)))
            : LongCall - SinceSent;
        _timer.Change(left < ShortestTimer ? ShortestTimer : left, Timeout.InfiniteTimeSpan);
    }

    private void PumpOnTimer()
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
        while (MaySend(taken))
        {
            var seen = Interlocked.CompareExchange(ref _inFlight, taken + 1, taken);
            if (seen == taken)
                return true;
            taken = seen;
        }
        return false;
    }

    private bool MaySend(int inFlight) =>
        inFlight < Most && !IsPaused && (HasFewCallers || (inFlight == 0 ? !AwaitsCallers : IsWorthAnotherCall));

    private int Most => TakesTurns ? 1 : MaxInFlight;

    private bool IsPaused => TakesTurns && _time.GetTimestamp() < Volatile.Read(ref _pausedUntil);

    private bool HasFewCallers =>
        Volatile.Read(ref _callers) <= MaxInFlight && Queued + Volatile.Read(ref _unanswered) <= MaxInFlight;

    private bool AwaitsCallers =>
        Queued < Volatile.Read(ref _enough) && _time.GetTimestamp() < Volatile.Read(ref _waitUntil);

    private bool IsWorthAnotherCall => Queued >= _fullAt || SinceSent >= LongCall;

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
        Interlocked.Add(ref _unanswered, size);
        Interlocked.Increment(ref _sent);
        var others = _others?.Invoke();
        try
        {
            await batch.Send();
        }
        catch (Exception error)
        {
            batch.Fail(error);
        }
        if (_others?.Invoke() != others)
            Volatile.Write(
                ref _pausedUntil, _time.TimestampIn(LargeWrites.PauseAfter(_time.GetElapsedTime(sentAt))));
        AwaitCallers(size, Interlocked.Add(ref _unanswered, -size), sentAt);
        Interlocked.Decrement(ref _inFlight);
        Pump();
    }

    private void AwaitCallers(int answered, int unanswered, long sentAt)
    {
        var took = _time.GetElapsedTime(sentAt);
        Volatile.Write(ref _callers, answered + unanswered + Queued);
        // A request that did not fit means that the next call is full already.
        var callers = answered + Queued;
        Volatile.Write(ref _enough, _overflow.IsEmpty ? Math.Min(_fullAt, callers - callers / 8) : 0);
        var wait = took + answered * AnswerTime;
        Volatile.Write(ref _waitUntil, _time.TimestampIn(wait < MaxWait ? wait : MaxWait));
        // The timer may be set for a later time.
        Interlocked.Exchange(ref _isTimed, 0);
    }
}

/// <summary>A request that waits in a <see cref="Batcher{TPending}"/>.</summary>
internal interface IPending
{
    /// <summary>The time of arrival, as a timestamp of the time provider.</summary>
    long ArrivedAt { get; }

    bool TrySetException(Exception exception);
}
