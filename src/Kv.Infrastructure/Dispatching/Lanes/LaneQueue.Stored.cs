namespace Kv.Infrastructure.Dispatching.Lanes;

/// <content>Moves deliveries to the store, and reads them back in passes.</content>
internal sealed partial class LaneQueue
{
    private bool _isPassing;

    // Whether another replica has stored deliveries, or made them due.
    private bool _isPassRequested;

    // The number of the last pass that began.
    private int _pass;

    /// <summary>How many stored deliveries a pass reads at a time.</summary>
    public int PageSize => Math.Max(1, _capacity / 20);

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
    public void MarkStored(LaneItem item)
    {
        lock (_gate)
        {
            limits.Settle(item);
            if (_order.Count > _capacity && !item.IsBusy)
                _order.Evict([item]);
        }
    }

    /// <summary>Marks a delivery as not stored: it is tried again.</summary>
    public void MarkUnstored(LaneItem item)
    {
        item.MarkUnstored();
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
    public void RequestPass()
    {
        lock (_gate)
            _isPassRequested = true;
    }

    /// <summary>
    /// Begins a pass over the stored deliveries, if one is wanted or there is room for more. All pages of the pass must
    /// show the store at one revision, which is not before this call.
    /// </summary>
    public bool TryBeginPass()
    {
        lock (_gate)
        {
            if (_isDraining || _isPassing
                || !(_isPassRequested || (_order.IsMoreStored && _order.Admitted <= _capacity / 2)))
                return false;
            (_isPassing, _isPassRequested) = (true, false);
            _pass++;
            _order.Coverage.BeginPass();
            return true;
        }
    }

    /// <summary>Adds the next page of a pass, as far as there is room.</summary>
    /// <param name="deliveries">The page's deliveries, in the order of their ids.</param>
    /// <returns>Whether the pass continues.</returns>
    public bool AddPage(IReadOnlyList<Delivery> deliveries, bool isLast)
    {
        lock (_gate)
        {
            if (_isClosed)
                return false;
            var now = clock.Now;
            foreach (var delivery in deliveries)
                if (_order.TryGet(delivery.Id, out var known))
                    Merge(known, delivery, now);
                else
                    _order.Add(new LaneItem(delivery, now));
            EvictOverCapacity();
            if (isLast)
            {
                _order.Coverage.RaiseTo(null);
                return false;
            }
            if (deliveries is not [.., { Id: var last }])
                return true;
            _order.Coverage.RaiseTo(last);
            // Without room for the rest, the pass continues only over deliveries that the queue contains already.
            return !_order.Coverage.IsBelow(last)
                && (_order.Admitted < _capacity || _order.Items.Any(item => item.Id.CompareTo(last) > 0));
        }
    }

    /// <summary>Ends a pass.</summary>
    /// <param name="isRequested">Whether another pass is wanted in its place.</param>
    public void EndPass(bool isRequested)
    {
        lock (_gate)
        {
            _isPassing = false;
            _isPassRequested |= isRequested;
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
            // This delivery came from the feed; another leader or replica has stored it.
            limits.Settle(known);
            _order.SetDue(known, stored.DueBy(now) ?? default);
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
