using System.Diagnostics.CodeAnalysis;

namespace Kv.Infrastructure.Dispatching.Lanes;

/// <summary>
/// The deliveries of one lane in memory, in the order of their attempts. A delivery may be attempted when no earlier
/// one of its key can be added any more: all stored deliveries below it are here (<see cref="Coverage"/>), and the feed
/// has reached its revision. So the order does not depend on which leader stored a delivery, when it stored it, or when
/// it is read. It is not thread-safe.
/// </summary>
internal sealed class LaneOrder(SettledRevisions progress, bool mayHaveStored)
{
    private readonly Dictionary<DeliveryId, LaneItem> _items = [];
    // Each delivery is in one of the two: in the lines when it may be attempted, blocked while an earlier one may be
    // added.
    private readonly KeyLines _lines = new();
    private readonly SortedSet<LaneItem> _blocked = new(LaneItem.ById);

    public IReadOnlyCollection<LaneItem> Items => _items.Values;

    public Coverage Coverage { get; } = new(isWhole: !mayHaveStored);

    public int Count => _items.Count;

    /// <summary>How many deliveries may be attempted.</summary>
    public int Admitted => _items.Count - _blocked.Count;

    /// <summary>Whether the store may have deliveries that are not here.</summary>
    public bool IsMoreStored => Coverage.Bound is not null;

    /// <inheritdoc cref="KeyLines.NextDue"/>
    public DateTimeOffset? NextDue => _lines.NextDue;

    public bool TryGet(DeliveryId id, [NotNullWhen(true)] out LaneItem? item) => _items.TryGetValue(id, out item);

    public void Add(LaneItem item)
    {
        _items.Add(item.Id, item);
        if (MayBeSent(item))
            _lines.Add(item);
        else
            _blocked.Add(item);
    }

    /// <summary>Takes the next delivery that may be attempted; null when none is due.</summary>
    public LaneItem? Take(DateTimeOffset now)
    {
        while (_blocked.Min is { } first && MayBeSent(first))
        {
            _blocked.Remove(first);
            _lines.Add(first);
        }
        return _lines.Take(now);
    }

    /// <summary>Returns a delivery that was taken; it is taken again when it is due.</summary>
    public void PutBack(LaneItem item, DateTimeOffset dueAt)
    {
        if (MayBeSent(item))
        {
            _lines.Retry(item, dueAt);
            return;
        }
        item.DueAt = dueAt;
        _lines.Remove(item);
        _blocked.Add(item);
    }

    /// <summary>Removes a delivery.</summary>
    /// <returns>Whether it was present.</returns>
    public bool Remove(LaneItem item)
    {
        if (!_items.Remove(item.Id))
            return false;
        if (!_blocked.Remove(item))
            _lines.Remove(item);
        return true;
    }

    /// <summary>Makes a delivery due.</summary>
    public void MakeDue(LaneItem item)
    {
        if (_blocked.Contains(item))
            item.DueAt = default;
        else
            _lines.MakeDue(item);
    }

    /// <summary>Sets the time of a stored delivery, unless it may be attempted already.</summary>
    public void SetDue(LaneItem item, DateTimeOffset dueAt)
    {
        if (_blocked.Contains(item))
            item.DueAt = dueAt;
    }

    /// <summary>Removes stored deliveries. Deliveries after them must wait until they are read again.</summary>
    public void Evict(IEnumerable<LaneItem> items)
    {
        var bound = Coverage.Bound;
        foreach (var item in items)
            if (Remove(item))
                Coverage.LowerTo(item.Id);
        if (Coverage.Bound == bound)
            return;
        foreach (var item in _items.Values)
            if (!item.IsBusy && !Coverage.Covers(item.Id) && _blocked.Add(item))
                _lines.Remove(item);
    }

    public void Clear() => _items.Clear();

    private bool MayBeSent(LaneItem item) =>
        Coverage.Covers(item.Id) && (item.IsRead || item.Id.Revision <= progress.ReadThrough);
}
