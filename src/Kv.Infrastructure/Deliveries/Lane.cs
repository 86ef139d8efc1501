using Kv.Domain.Deliveries;
using Kv.Domain.Watching;
using Kv.Domain.Webhooks;
using Kv.Infrastructure.Watching;

namespace Kv.Infrastructure.Deliveries;

/// <summary>
/// What goes to one webhook. A lane holds up nobody but itself: when more waits in it than it keeps in memory, the rest is
/// stored and read again in its turn, and what has waited a while is stored as well, so that the watcher's cursor moves on.
/// </summary>
internal sealed class Lane
{
    // A webhook that works is called for so many keys at a time, and one that fails for so many.
    private const int MaxConcurrent = 32;
    private const int MaxConcurrentFailing = 4;

    // A stored delivery takes a few hundred bytes of memory here, its value none.
    private const int Capacity = 10_000;
    private const int PageSize = 500;

    private static readonly TimeSpan AfterFault = TimeSpan.FromSeconds(5);

    private readonly LaneContext _context;
    private readonly LaneWorker _worker;
    private readonly Lock _gate = new();
    private readonly LaneWindow _window = new();
    private readonly Queue<LaneItem> _unsettled = new();
    private readonly ITimer _timer;
    private DateTimeOffset? _timerDue;
    private int _running;
    private bool _isClosed;

    // Set while deliveries of this webhook may be stored that are not in the window: new ones then go there as well,
    // behind them.
    private bool _overflows;
    private bool _isLoading;
    private int _storing;
    private DeliveryId? _loadedThrough;

    // How often it was called to look from the start.
    private int _loads;

    public Lane(Webhook webhook, LaneContext context)
    {
        Webhook = webhook;
        _context = context;
        _worker = new LaneWorker(context, _gate);
        _timer = context.Time.CreateTimer(_ => Awake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The webhook as it was registered last.</summary>
    public Webhook Webhook { get; private set; }

    /// <summary>Whether an attempt is under way.</summary>
    public bool IsRunning => Volatile.Read(ref _running) > 0;

    /// <summary>How many deliveries wait in memory, and the second of Unix time at which the oldest of them was seen.</summary>
    public (int Count, long? Oldest) Waiting
    {
        get
        {
            lock (_gate)
                return (_window.Count, _window.Oldest);
        }
    }

    /// <summary>
    /// Takes a change that the webhook wants to be told of. Completes at once, unless far too much is on its way to the store.
    /// </summary>
    public ValueTask Enqueue(KeyChanged change, SettledRevisions.OpenRevision revision)
    {
        var item = new LaneItem(
            DeliveryId.Of(Webhook.Id, change.Revision, change.Key.Value), DeliveryEvent.Of(change), revision,
            _context.Time.GetTimestamp());
        lock (_gate)
        {
            if (_isClosed)
            {
                item.Settle();
                return ValueTask.CompletedTask;
            }
            if (!_overflows && _window.Count < Capacity && _context.TryHold(change.NewValue?.Length ?? 0))
            {
                if (_window.TryAdd(item))
                    _unsettled.Enqueue(item);
                else
                    _context.LetGo(item.Settle());
                Pump();
                return ValueTask.CompletedTask;
            }
            _overflows = true;
            _storing++;
        }
        return StoreBehind(item);
    }

    /// <summary>Takes note of a change of the webhook.</summary>
    public void Update(Webhook webhook)
    {
        lock (_gate)
        {
            if (webhook.IsActive && !Webhook.IsActive)
                _worker.StartAfresh();
            Webhook = webhook;
            // What waits for one that was disabled is given up, now.
            if (!webhook.IsActive)
                _window.MakeAllDue();
            Pump();
        }
    }

    /// <inheritdoc cref="LaneWorker.RestoreFailing"/>
    public void RestoreFailing(DateTimeOffset since) => _worker.RestoreFailing(since);

    /// <summary>Reads what is stored for the webhook, from the start.</summary>
    public void Load()
    {
        lock (_gate)
        {
            _overflows = true;
            _loadedThrough = null;
            _loads++;
            StartLoading();
        }
    }

    /// <summary>Stores what has waited since before a moment, so that the watcher's cursor can pass.</summary>
    public void StoreOlderThan(long timestamp)
    {
        lock (_gate)
        {
            while (_unsettled.TryPeek(out var item) && (item.Event is null || item.QueuedAt < timestamp))
            {
                _unsettled.Dequeue();
                if (item is { Storing: null, IsClosing: false, Event: { } @event })
                    item.Storing = Store(item, @event);
            }
        }
    }

    /// <summary>Drops everything, as the webhook is gone. What the store has of it is the caller's to remove.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            _timer.Dispose();
            foreach (var item in _window.Clear())
                _context.LetGo(item.Settle());
            _unsettled.Clear();
        }
    }

    private async Task Store(LaneItem item, DeliveryEvent @event)
    {
        await _context.Log.SaveWhole(
            Delivery.Due(item.Id, Webhook.Tenant, @event, _context.Time.GetUtcNow()), @event);
        lock (_gate)
            _context.LetGo(item.Settle());
    }

    private async ValueTask StoreBehind(LaneItem item)
    {
        await _context.StoringRoom.WaitAsync(_context.Lost);
        _ = Finish();

        async Task Finish()
        {
            try
            {
                await _context.Log.SaveWhole(
                    Delivery.Due(item.Id, Webhook.Tenant, item.Event!, _context.Time.GetUtcNow()), item.Event!);
                item.Settle();
            }
            catch (OperationCanceledException)
            {
                // Whoever leads next has it.
            }
            finally
            {
                _context.StoringRoom.Release();
                lock (_gate)
                {
                    _storing--;
                    StartLoading();
                }
            }
        }
    }

    // Under the lock.
    private void StartLoading()
    {
        if (_isLoading || _isClosed || _context.IsStopping || !_overflows || _window.Count > Capacity / 2)
            return;
        _isLoading = true;
        _ = Task.Run(LoadPages);
    }

    private async Task LoadPages()
    {
        try
        {
            while (await LoadPage())
            {
            }
        }
        catch (OperationCanceledException) when (_context.Lost.IsCancellationRequested)
        {
            // The term is over.
        }
        catch (Exception error)
        {
            _context.Telemetry.CannotLoad(Webhook, error);
            lock (_gate)
            {
                _isLoading = false;
                SetTimer(_context.Time.GetUtcNow() + AfterFault);
            }
        }
    }

    // Returns whether to go on; where not, loading has ended.
    private async Task<bool> LoadPage()
    {
        DeliveryId? after;
        int storing, loads;
        lock (_gate)
            (after, storing, loads) = (_loadedThrough, _storing, _loads);
        var (deliveries, hasMore) = await _context.Log.Pending(Webhook, after, PageSize, _context.Lost);
        lock (_gate)
        {
            // A call to look again may have come meanwhile, and for what was stored after this page was read: it starts over.
            if (loads != _loads)
                return _isLoading = !_isClosed;
            foreach (var delivery in deliveries)
                Add(delivery);
            Pump();
            var wasAll = !hasMore && storing + _storing == 0;
            if (wasAll)
                _overflows = false;
            // What was on its way to the store may not have been on this page: when it is there, loading goes on.
            return _isLoading = !_isClosed && _window.Count < Capacity && (hasMore || (!wasAll && deliveries.Count > 0));
        }
    }

    // Under the lock.
    private void Add(Delivery delivery)
    {
        if (_isClosed)
            return;
        _loadedThrough = delivery.Id;
        if (_window.TryAdd(new LaneItem(delivery)) || delivery.NextAttemptAt > _context.Time.GetUtcNow())
            return;
        // It waits here, and somebody made it due there.
        _window.MakeDue(_window.Find(delivery.Id)!);
    }

    private void Awake()
    {
        lock (_gate)
        {
            _timerDue = null;
            Pump();
            StartLoading();
        }
    }

    // Under the lock: starts what may be attempted, and sets the timer for what waits.
    private void Pump()
    {
        if (_isClosed || _context.IsStopping)
            return;
        var most = _worker.IsFailing ? MaxConcurrentFailing : MaxConcurrent;
        while (_running < most && _window.Take(_context.Time.GetUtcNow()) is { } item)
        {
            _running++;
            _ = Task.Run(() => Run(item));
        }
        // Without room for another, what is due waits for the end of one, and not for the timer.
        if (_running < most && _window.NextDue is { } due)
            SetTimer(due);
    }

    // Under the lock.
    private void SetTimer(DateTimeOffset due)
    {
        if (_isClosed || _timerDue <= due)
            return;
        _timerDue = due;
        var delay = due - _context.Time.GetUtcNow();
        _timer.Change(delay > TimeSpan.Zero ? delay : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    private async Task Run(LaneItem item)
    {
        DateTimeOffset? retryAt = null;
        try
        {
            retryAt = await _worker.Deliver(item, Webhook);
        }
        catch (OperationCanceledException) when (_context.Cut.IsCancellationRequested)
        {
            Interlocked.Decrement(ref _running);
            return;
        }
        catch (Exception error)
        {
            _context.Telemetry.Fault(Webhook, item.Id, error);
            retryAt = _context.Time.GetUtcNow() + AfterFault;
        }
        lock (_gate)
        {
            _running--;
            if (_isClosed)
                return;
            if (retryAt is { } due)
                _window.Retry(item, due);
            else
                _window.Finish(item);
            Pump();
            StartLoading();
        }
    }
}
