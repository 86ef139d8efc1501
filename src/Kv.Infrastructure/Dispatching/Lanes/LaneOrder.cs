using System.Diagnostics.CodeAnalysis;
using Kv.Domain.Deliveries;

namespace Kv.Infrastructure.Dispatching.Lanes;

/// <summary>
/// The deliveries of one lane in memory, in the order of their attempts. A delivery may be attempted when no earlier
/// one of its key can be added any more: all stored deliveries below it are here (<see cref="Coverage"/>), and the feed
/// has reached its revision. So it does not matter which leader stored a delivery, when it did, and when this one reads
/// it. It is not thread-safe.
/// </summary>
internal sealed class LaneOrder(SettledRevisions progress, bool mayHaveStored)
{
    private static readonly Comparer<LaneItem> ById =
        Comparer<LaneItem>.Create((left, right) => left.Id.CompareTo(right.Id));

    private readonly Dictionary<DeliveryId, LaneItem> _items = [];
    private readonly Coverage _coverage = new(isWhole: !mayHaveStored);

    // Each delivery is in one of the two: in the lines when it may be attempted, beyond while an earlier one may be
    // added.
    private readonly KeyLines _lines = new();
    private readonly SortedSet<LaneItem> _beyond = new(ById);

    public IReadOnlyCollection<LaneItem> Items => _items.Values;

    public int Count => _items.Count;

    /// <summary>How many deliveries may be attempted.</summary>
    public int Admitted => _items.Count - _beyond.Count;

    /// <summary>Whether a delivery may be stored that is not here.</summary>
    public bool IsMoreStored => _coverage.Bound is not null;

    /// <inheritdoc cref="KeyLines.NextDue"/>
    public DateTimeOffset? NextDue => _lines.NextDue;

    public bool TryGet(DeliveryId id, [NotNullWhen(true)] out LaneItem? item) => _items.TryGetValue(id, out item);

    public void Add(LaneItem item)
    {
        _items.Add(item.Id, item);
        if (MayGo(item))
            _lines.Add(item);
        else
            _beyond.Add(item);
    }

    /// <summary>Takes the next delivery that may be attempted; null when none is due.</summary>
    public LaneItem? Take(DateTimeOffset now)
    {
        while (_beyond.Min is { } first && MayGo(first))
        {
            _beyond.Remove(first);
            _lines.Add(first);
        }
        return _lines.Take(now);
    }

    /// <summary>Returns a delivery that was taken; it is taken again when it is due.</summary>
    public void PutBack(LaneItem item, DateTimeOffset dueAt)
    {
        if (MayGo(item))
        {
            _lines.Retry(item, dueAt);
            return;
        }
        item.DueAt = dueAt;
        _lines.Remove(item);
        _beyond.Add(item);
    }

    /// <summary>Removes a delivery.</summary>
    /// <returns>Whether it was present.</returns>
    public bool Remove(LaneItem item)
    {
        if (!_items.Remove(item.Id))
            return false;
        if (!_beyond.Remove(item))
            _lines.Remove(item);
        return true;
    }

    /// <summary>Makes a delivery due.</summary>
    public void MakeDue(LaneItem item)
    {
        if (_beyond.Contains(item))
            item.DueAt = default;
        else
            _lines.MakeDue(item);
    }

    /// <summary>Sets the time of a stored delivery, unless it may be attempted already.</summary>
    public void BecomesDue(LaneItem item, DateTimeOffset dueAt)
    {
        if (_beyond.Contains(item))
            item.DueAt = dueAt;
    }

    /// <inheritdoc cref="Coverage.BeginPass"/>
    public void BeginPass() => _coverage.BeginPass();

    /// <inheritdoc cref="Coverage.RaiseTo"/>
    public void RaiseTo(DeliveryId? end) => _coverage.RaiseTo(end);

    /// <inheritdoc cref="Coverage.IsBelow"/>
    public bool IsMoreStoredBelow(DeliveryId id) => _coverage.IsBelow(id);

    /// <summary>Removes stored deliveries. Deliveries after them must wait until they are read again.</summary>
    public void Evict(IEnumerable<LaneItem> items)
    {
        var bound = _coverage.Bound;
        foreach (var item in items)
            if (Remove(item))
                _coverage.LowerTo(item.Id);
        if (_coverage.Bound == bound)
            return;
        foreach (var item in _items.Values)
            if (!item.IsBusy && !_coverage.Covers(item.Id) && _beyond.Add(item))
                _lines.Remove(item);
    }

    public void Clear() => _items.Clear();

    private bool MayGo(LaneItem item) =>
        _coverage.Covers(item.Id) && (item.IsRead || item.Id.Revision <= progress.ReadThrough);
}
