namespace Kv.Infrastructure.Dispatching.Lanes;

/// <summary>
/// The passes over a webhook's stored deliveries. A pass adds them to the lane's order, page by page, as far as there
/// is room. It is not thread-safe.
/// </summary>
internal sealed class StoredPasses(LaneOrder order, LaneLimits limits, int capacity)
{
    private bool _isPassing;

    /// <summary>Whether another replica has stored deliveries, or made them due.</summary>
    public bool IsRequested { get; private set; }

    /// <summary>The number of the last pass that began.</summary>
    public int Number { get; private set; }

    /// <summary>Requests another pass.</summary>
    public void Request() => IsRequested = true;

    /// <summary>
    /// Begins a pass over the stored deliveries, if one is wanted or there is room for more. All pages of the pass must
    /// show the store at one revision, which is not before this call.
    /// </summary>
    public bool TryBegin()
    {
        if (_isPassing || !(IsRequested || (order.IsMoreStored && order.Admitted <= capacity / 2)))
            return false;
        (_isPassing, IsRequested) = (true, false);
        Number++;
        order.Coverage.BeginPass();
        return true;
    }

    /// <summary>Adds the next page of a pass.</summary>
    /// <param name="deliveries">The page's deliveries, in the order of their ids.</param>
    /// <returns>Whether the pass continues.</returns>
    public bool AddPage(IReadOnlyList<Delivery> deliveries, bool isLast, DateTimeOffset now)
    {
        foreach (var delivery in deliveries)
            if (order.TryGet(delivery.Id, out var known))
                Merge(known, delivery, now);
            else
                order.Add(new LaneItem(delivery, now));
        EvictOverCapacity();
        if (isLast)
        {
            order.Coverage.RaiseTo(null);
            return false;
        }
        if (deliveries is not [.., { Id: var last }])
            return true;
        order.Coverage.RaiseTo(last);
        // Without room for the rest, the pass continues only over deliveries that the queue contains already.
        return !order.Coverage.IsBelow(last)
            && (order.Admitted < capacity || order.Items.Any(item => item.Id.CompareTo(last) > 0));
    }

    /// <summary>Ends a pass.</summary>
    /// <param name="isRequested">Whether another pass is wanted in its place.</param>
    public void End(bool isRequested)
    {
        _isPassing = false;
        IsRequested |= isRequested;
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
            order.SetDue(known, stored.DueBy(now) ?? default);
        }
        else if (stored.DueBy(now) <= now && known.RetriedDuring != Number)
        {
            order.MakeDue(known);
        }
    }

    private void EvictOverCapacity()
    {
        if (order.Count > capacity)
            order.Evict([
                .. order.Items.Where(item => item is { IsStored: true, IsBusy: false })
                    .OrderByDescending(item => item.Id).Take(order.Count - capacity),
            ]);
    }
}
