using Kv.Domain.Deliveries;

namespace Kv.Infrastructure.Dispatching.Lanes;

// Deliveries that come from the store, and those that leave for it.
internal sealed partial class LaneQueue
{
    private bool _isPassing;

    // Another replica has stored deliveries, or made them due.
    private bool _isPassWanted;
    private int _pass;

    /// <summary>Takes the deliveries that have waited in memory since before a moment, to be stored.</summary>
    public List<LaneItem> TakeOlderThan(long timestamp)
    {
        var old = new List<LaneItem>();
        lock (_gate)
            while (_unsettled.TryPeek(out var item) && (item.Event is null || item.QueuedAt < timestamp))
                old.Add(_unsettled.Dequeue());
        return old;
    }

    /// <summary>Marks a delivery as stored; when memory has no room, it leaves the queue.</summary>
    public void HasStored(LaneItem item)
    {
        Settle(item);
        lock (_gate)
            if (_order.Count > _capacity && !item.IsBusy)
                _order.Evict([item]);
    }

    /// <summary>Marks a delivery as not stored: it is tried again.</summary>
    public void HasNotStored(LaneItem item)
    {
        item.StaysUnstored();
        lock (_gate)
            _unsettled.Enqueue(item);
    }

    /// <summary>Removes a delivery for which the store has no room, unless an attempt of it is in flight.</summary>
    public bool TryDrop(LaneItem item)
    {
        lock (_gate)
            return !_isClosed && !item.IsBusy && _order.Remove(item);
    }

    /// <summary>Requests another pass over the stored deliveries.</summary>
    public void WantPass()
    {
        lock (_gate)
            _isPassWanted = true;
    }

    /// <summary>
    /// Begins a pass over the stored deliveries, if one is wanted or there is room for more. All pages of the pass must
    /// show the store at one revision, which is not before this call.
    /// </summary>
    public bool TryBeginPass()
    {
        lock (_gate)
        {
            if (_isClosed || _isPassing
                || !(_isPassWanted || (_order.IsMoreStored && _order.Admitted <= _capacity / 2)))
                return false;
            (_isPassing, _isPassWanted) = (true, false);
            _pass++;
            _order.BeginPass();
            return true;
        }
    }

    /// <summary>Adds the next page of a pass.</summary>
    /// <param name="deliveries">The page's deliveries, in the order of their ids.</param>
    /// <param name="isLast">Whether it is the last page.</param>
    /// <param name="now">The time.</param>
    /// <returns>Whether the pass continues.</returns>
    public bool AddPage(IReadOnlyList<Delivery> deliveries, bool isLast, DateTimeOffset now)
    {
        lock (_gate)
        {
            if (_isClosed)
                return false;
            foreach (var delivery in deliveries)
                if (_order.TryGet(delivery.Id, out var known))
                    Merge(known, delivery, now);
                else
                    _order.Add(new LaneItem(delivery, now));
            EvictOverCapacity();
            if (isLast)
            {
                _order.RaiseTo(null);
                return false;
            }
            if (deliveries is not [.., { Id: var last }])
                return true;
            _order.RaiseTo(last);
            // Without room for the rest, the pass continues only over deliveries that the queue contains already.
            return !_order.IsMoreStoredBelow(last)
                && (_order.Admitted < _capacity || _order.Items.Any(item => item.Id.CompareTo(last) > 0));
        }
    }

    /// <summary>Ends a pass.</summary>
    /// <param name="isWanted">Whether another pass is wanted in its place.</param>
    public void EndPass(bool isWanted)
    {
        lock (_gate)
        {
            _isPassing = false;
            _isPassWanted |= isWanted;
        }
    }

    private void Merge(LaneItem known, Delivery stored, DateTimeOffset now)
    {
        if (known.IsBusy)
        {
            known.WasSeenStored = true;
            return;
        }
        if (known.TryBecomeStored())
        {
            // It came from the feed, and another leader or replica has stored it.
            Settle(known);
            _order.BecomesDue(known, stored.DueBy(now) ?? default);
        }
        else if (stored.DueBy(now) <= now && known.RetriedDuring != _pass)
        {
            _order.MakeDue(known);
        }
    }

    private void EvictOverCapacity()
    {
        if (_order.Count > _capacity)
            _order.Evict([
                .. _order.Items.Where(item => item is { IsStored: true, IsBusy: false })
                    .OrderByDescending(item => item.Id).Take(_order.Count - _capacity),
            ]);
    }
}
