using Kv.Domain.Deliveries;

namespace Kv.Infrastructure.Deliveries;

/// <summary>
/// The deliveries of a lane that are in memory, in line by key: those of one key go one after the other, a failed one
/// holds those behind it, and keys do not wait for each other. It is not thread-safe; its lane locks it.
/// </summary>
internal sealed class LaneWindow
{
    private readonly Dictionary<string, Line> _lines = new(StringComparer.Ordinal);
    private readonly Dictionary<DeliveryId, LaneItem> _items = [];
    private readonly Queue<Line> _ready = new();
    private readonly PriorityQueue<Line, DateTimeOffset> _waiting = new();

    public int Count => _items.Count;

    /// <summary>The second of Unix time at which the oldest was seen; null when there is none.</summary>
    public long? Oldest => _items.Values.Min(item => (long?)item.Timestamp);

    /// <summary>When the next one that waits is due; null when none waits.</summary>
    public DateTimeOffset? NextDue => _waiting.TryPeek(out _, out var due) ? due : null;

    public LaneItem? Find(DeliveryId id) => _items.GetValueOrDefault(id);

    /// <summary>Adds a delivery behind the others of its key, unless it is there already.</summary>
    public bool TryAdd(LaneItem item)
    {
        if (!_items.TryAdd(item.Id, item))
            return false;
        if (_lines.TryGetValue(item.Key, out var line))
        {
            line.Last.Behind = item;
            line.Last = item;
            return true;
        }
        line = new Line(item);
        _lines.Add(item.Key, line);
        Arrange(line);
        return true;
    }

    /// <summary>Takes the next delivery that may be attempted; null when there is none.</summary>
    public LaneItem? Take(DateTimeOffset now)
    {
        while (_waiting.TryPeek(out var waiting, out var due) && due <= now)
        {
            _waiting.Dequeue();
            // A line that was made due in between stands here twice.
            if (waiting.State == LineState.Waiting && waiting.First.DueAt <= due)
                MakeReady(waiting);
        }
        if (!_ready.TryDequeue(out var line))
            return null;
        line.State = LineState.Busy;
        return line.First;
    }

    /// <summary>Removes a delivery that was taken; the next of its key may follow.</summary>
    public void Finish(LaneItem item)
    {
        _items.Remove(item.Id);
        var line = _lines[item.Key];
        if (item.Behind is not { } next)
        {
            line.State = LineState.Gone;
            _lines.Remove(item.Key);
            return;
        }
        line.First = next;
        Arrange(line);
    }

    /// <summary>Puts back a delivery that was taken, to be taken again when it is due.</summary>
    public void Retry(LaneItem item, DateTimeOffset dueAt)
    {
        item.DueAt = dueAt;
        Arrange(_lines[item.Key]);
    }

    /// <summary>Makes a delivery due that waits for its time.</summary>
    public void MakeDue(LaneItem item)
    {
        item.DueAt = default;
        var line = _lines[item.Key];
        if (line.First == item && line.State == LineState.Waiting)
            MakeReady(line);
    }

    /// <summary>Makes everything due.</summary>
    public void MakeAllDue()
    {
        foreach (var item in _items.Values)
            MakeDue(item);
    }

    /// <summary>Removes everything, and hands it over.</summary>
    public IReadOnlyList<LaneItem> Clear()
    {
        LaneItem[] items = [.. _items.Values];
        _items.Clear();
        _lines.Clear();
        _ready.Clear();
        _waiting.Clear();
        return items;
    }

    private void Arrange(Line line)
    {
        if (line.First.DueAt == default)
        {
            MakeReady(line);
            return;
        }
        line.State = LineState.Waiting;
        _waiting.Enqueue(line, line.First.DueAt);
    }

    private void MakeReady(Line line)
    {
        line.State = LineState.Ready;
        _ready.Enqueue(line);
    }

    private enum LineState
    {
        Ready,
        Waiting,
        Busy,
        Gone,
    }

    /// <summary>The deliveries of one key, first to last.</summary>
    private sealed class Line(LaneItem item)
    {
        public LaneItem First { get; set; } = item;

        public LaneItem Last { get; set; } = item;

        public LineState State { get; set; }
    }
}
