using Kv.Infrastructure.Deliveries;

namespace Kv.Infrastructure.Dispatching.Lanes;

/// <summary>
/// The deliveries of one lane in memory. It joins their two sources: changes from the feed, and stored deliveries.
/// <see cref="LaneOrder"/> decides which of them may be attempted.
/// </summary>
internal sealed partial class LaneQueue
{
    private readonly LaneLimits _limits;
    private readonly SteadyClock _clock;

    // A stored delivery takes a few hundred bytes of memory here; its value is not in memory.
    private readonly int _capacity;
    private readonly Lock _gate = new();
    private readonly LaneOrder _order;
    private readonly StoredPasses _passes;
    private readonly Queue<LaneItem> _unsettled = new();
    private bool _isDraining;
    private bool _isClosed;

    /// <param name="mayHaveStored">Whether the store may have deliveries of earlier terms.</param>
    public LaneQueue(
        bool mayHaveStored, LaneLimits limits, SteadyClock clock, SettledRevisions progress, DeliveryOptions options)
    {
        (_limits, _clock, _capacity) = (limits, clock, options.LaneCapacity);
        _order = new LaneOrder(progress, mayHaveStored);
        _passes = new StoredPasses(_order, limits, _capacity);
    }

    /// <summary>The earliest time of a waiting delivery; null when none waits, or after <see cref="Drain"/>.</summary>
    public DateTimeOffset? NextDue
    {
        get
        {
            lock (_gate)
                return _isDraining ? null : _order.NextDue;
        }
    }

    /// <summary>Adds a delivery for a change from the feed.</summary>
    /// <returns>Whether it must be stored at once, as memory has no room for it.</returns>
    public bool Add(LaneItem item)
    {
        lock (_gate)
        {
            if (_isClosed || _order.TryGet(item.Id, out var stored) && (stored.IsRead = true))
            {
                // The webhook is gone, or an earlier leader has stored the delivery.
                item.Settle();
                return false;
            }
            _order.Add(item);
            if (!_limits.Add(item.Bytes) || _order.Count > _capacity)
                return true;
            _unsettled.Enqueue(item);
            return false;
        }
    }

    /// <summary>Takes a delivery for an attempt; null when none is due.</summary>
    public LaneItem? Take()
    {
        lock (_gate)
        {
            if (_isDraining || _order.Take(_clock.Now) is not { } item)
                return null;
            (item.IsBusy, item.WasSeenStored) = (true, false);
            return item;
        }
    }

    /// <summary>Releases a delivery's event and revision: it is sent, or stored.</summary>
    public void Settle(LaneItem item)
    {
        lock (_gate)
            _limits.Settle(item);
    }

    /// <summary>Removes a completed delivery.</summary>
    public void Finish(LaneItem item)
    {
        lock (_gate)
        {
            if (_isClosed)
                return;
            item.IsBusy = false;
            if (item.WasSeenStored)
            {
                // Another replica may have stored it again so that it is sent again. The next read decides.
                item.MarkStored();
                _order.PutBack(item, default);
                return;
            }
            _order.Remove(item);
        }
    }

    /// <summary>Returns a delivery that was taken; it is attempted again after a wait.</summary>
    public void Retry(LaneItem item, TimeSpan wait)
    {
        lock (_gate)
        {
            if (_isClosed)
                return;
            item.EndClosing();
            item.IsBusy = false;
            item.RetriedDuring = _passes.Number;
            _order.PutBack(item, _clock.Now + wait);
        }
    }

    /// <summary>Makes all deliveries due.</summary>
    public void MakeAllDue()
    {
        lock (_gate)
            foreach (var item in _order.Items)
                _order.MakeDue(item);
    }

    /// <summary>Prevents further attempts and passes.</summary>
    public void Drain()
    {
        lock (_gate)
            _isDraining = true;
    }

    /// <summary>Drops all deliveries.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isDraining = _isClosed = true;
            foreach (var item in _order.Items)
                _limits.Settle(item);
            _order.Clear();
        }
    }
}
