namespace Kv.Infrastructure.Dispatching.Lanes;

/// <content>Moves deliveries to the store, and reads them back in passes.</content>
internal sealed partial class LaneQueue
{
    /// <summary>
    /// How many deliveries wait, the second of Unix time of the oldest change, and whether more may be stored.
    /// </summary>
    public (int Count, long? Oldest, bool MoreStored) Waiting
    {
        get
        {
            lock (_gate)
                return (
                    _order.Count, _order.Items.Min(item => (long?)item.Timestamp),
                    _passes.IsRequested || _order.IsMoreStored);
        }
    }

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
            _limits.Settle(item);
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

    /// <inheritdoc cref="StoredPasses.Request"/>
    public void RequestPass()
    {
        lock (_gate)
            _passes.Request();
    }

    /// <inheritdoc cref="StoredPasses.TryBegin"/>
    public bool TryBeginPass()
    {
        lock (_gate)
            return !_isDraining && _passes.TryBegin();
    }

    /// <inheritdoc cref="StoredPasses.AddPage"/>
    public bool AddPage(IReadOnlyList<Delivery> deliveries, bool isLast)
    {
        lock (_gate)
            return !_isClosed && _passes.AddPage(deliveries, isLast, _clock.Now);
    }

    /// <inheritdoc cref="StoredPasses.End"/>
    public void EndPass(bool isRequested)
    {
        lock (_gate)
            _passes.End(isRequested);
    }
}
