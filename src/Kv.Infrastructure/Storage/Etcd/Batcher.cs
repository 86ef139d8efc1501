using System.Diagnostics;

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

    private readonly Lock _gate = new();

    // The requests that wait, in their order.
    private readonly List<TPending> _queue = [];
    private readonly int _fullAt;
    private readonly TimeProvider _time;
    private readonly TimeSpan _timeout;
    private readonly ITimer _timer;
    private readonly Func<long>? _others;
    private long _sent;
    private long _sentAt;
    private long _pausedUntil;
    private int _inFlight;
    private int _unanswered;
    private int _callers;
    private bool _hasOverflow;
    private int _enough;
    private long _waitUntil;
    private bool _isTimed;

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

    public long CallsSent => Volatile.Read(ref _sent);

    public int Queued => _queue.Count;

    protected TimeProvider Time => _time;

    /// <summary>Whether one call is in flight at a time, with pauses for the calls of others.</summary>
    protected bool TakesTurns => _others is not null;

    public void Dispose() => _timer.Dispose();

    /// <exception cref="StoreUnavailableException">Too many requests are waiting.</exception>
    protected void Enqueue(TPending pending)
    {
        lock (_gate)
        {
            if (_queue.Count >= MaxQueued)
                throw new StoreUnavailableException("Too many requests are waiting for etcd.");
            _queue.Add(pending);
        }
        Pump();
    }

    /// <summary>The error of a request whose time has passed.</summary>
    protected static StoreUnavailableException NotSent =>
        new("etcd did not answer in time; the request was not sent.");

    /// <summary>Whether a request has waited so long that it must not be sent.</summary>
    protected bool IsOverdue(TPending pending) => _time.GetElapsedTime(pending.ArrivedAt) >= _timeout;

    /// <summary>Fails every request that is not completed.</summary>
    protected static void Fail(IEnumerable<TPending> requests, Exception error)
    {
        foreach (var request in requests)
            request.TrySetException(error);
    }

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

        IEnumerable<TPending> Requests { get; }

        /// <summary>How many bytes it writes.</summary>
        long Bytes => 0;
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
        while (Next(out var size) is { } batch)
            _ = Run(batch, size);
    }

    // The next batch, if one may be sent now; a later look at the queue is certain otherwise.
    private IBatch? Next(out int size)
    {
        lock (_gate)
        {
            size = 0;
            if (_queue.Count == 0)
                return null;
            if (!MaySend)
            {
                PumpLater();
                return null;
            }
            if (Drain(out size) is not { } batch)
                return null;
            _inFlight++;
            _unanswered += size;
            _sent++;
            _sentAt = _time.GetTimestamp();
            return batch;
        }
    }

    // The first request that waits sets the timer, not every request. With two calls in flight one of them looks again.
    private void PumpLater()
    {
        if (_inFlight == Most || _isTimed)
            return;
        _isTimed = true;
        var left = _inFlight == 0
            ? _time.GetElapsedTime(_time.GetTimestamp(), Math.Max(_waitUntil, _pausedUntil))
            : LongCall - SinceSent;
        _timer.Change(left < ShortestTimer ? ShortestTimer : left, Timeout.InfiniteTimeSpan);
    }

    private void PumpOnTimer()
    {
        lock (_gate)
            _isTimed = false;
        Pump();
    }

    private bool MaySend =>
        _inFlight < Most && !IsPaused && (HasFewCallers || (_inFlight == 0 ? !AwaitsCallers : IsWorthAnotherCall));

    private int Most => TakesTurns ? 1 : MaxInFlight;

    private bool IsPaused => TakesTurns && _time.GetTimestamp() < _pausedUntil;

    private bool HasFewCallers => _callers <= MaxInFlight && _queue.Count + _unanswered <= MaxInFlight;

    private bool AwaitsCallers => _queue.Count < _enough && _time.GetTimestamp() < _waitUntil;

    private bool IsWorthAnotherCall => _queue.Count >= _fullAt || SinceSent >= LongCall;

    private TimeSpan SinceSent => _time.GetElapsedTime(_sentAt);

    // Requests that must wait stay in the queue, so that a large one is not delayed forever.
    private IBatch? Drain(out int taken)
    {
        IBatch? batch = null;
        var (seen, kept) = (0, 0);
        taken = 0;
        for (_hasOverflow = false; seen < _queue.Count && !_hasOverflow; seen++)
        {
            var pending = _queue[seen];
            if (IsOverdue(pending))
            {
                pending.TrySetException(NotSent);
                continue;
            }
            var fit = (batch ??= NewBatch()).TryAdd(pending);
            if (fit == Fit.Taken)
                taken++;
            else
                _queue[kept++] = pending;
            _hasOverflow = fit == Fit.Full;
        }
        _queue.RemoveRange(kept, seen - kept);
        return batch;
    }

    private async Task Run(IBatch batch, int size)
    {
        var sentAt = _time.GetTimestamp();
        var others = _others?.Invoke();
        try
        {
            await batch.Send();
        }
        catch (Exception error)
        {
            Fail(batch.Requests, error);
        }
        var isPauseDue = _others?.Invoke() != others;
        lock (_gate)
        {
            var took = _time.GetElapsedTime(sentAt);
            if (isPauseDue)
                _pausedUntil = _time.TimestampIn(
                    LargeWrites.PauseAfter(took, batch.Bytes, LargeWrites.EtcdPauseForMebibyte));
            _inFlight--;
            _unanswered -= size;
            AwaitCallers(size, took);
        }
        Pump();
    }

    private void AwaitCallers(int answered, TimeSpan took)
    {
        var callers = answered + _queue.Count;
        _callers = callers + _unanswered;
        // A request that did not fit means that the next call is full already.
        _enough = _hasOverflow ? 0 : Math.Min(_fullAt, callers - callers / 8);
        var wait = took + answered * AnswerTime;
        _waitUntil = _time.TimestampIn(wait < MaxWait ? wait : MaxWait);
        // The timer may be set for a later time.
        _isTimed = false;
    }
}

/// <summary>A request that waits in a <see cref="Batcher{TPending}"/>.</summary>
internal interface IPending
{
    /// <summary>The time of arrival, as a timestamp of the time provider.</summary>
    long ArrivedAt { get; }

    /// <summary>The span of the request; null when it is not recorded.</summary>
    Activity? Caller { get; }

    bool TrySetException(Exception exception);
}
