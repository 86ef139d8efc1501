namespace Kv.Infrastructure.Dispatching.Lanes;

/// <summary>
/// Deliveries that may be attempted, with a line for each key. The deliveries of a key are sent one after another by
/// revision; a failed one delays those after it. Keys do not wait for each other. It is not thread-safe.
/// </summary>
internal sealed class KeyLines
{
    private readonly Dictionary<string, Line> _lines = new(StringComparer.Ordinal);

    // A line may be in either queue several times; its state tells whether an entry is still valid.
    private readonly Queue<Line> _ready = new();
    private readonly PriorityQueue<Line, DateTimeOffset> _waiting = new();

    /// <summary>The earliest time of a waiting delivery; null when none waits.</summary>
    public DateTimeOffset? NextDue => _waiting.TryPeek(out _, out var due) ? due : null;

    /// <summary>Adds a delivery at its place among those of its key.</summary>
    public void Add(LaneItem item)
    {
        if (!_lines.TryGetValue(item.Key, out var line))
        {
            _lines.Add(item.Key, line = new Line(item));
            Arrange(line);
        }
        else if (line.State == LineState.Busy || line.First.Id.CompareTo(item.Id) < 0)
        {
            line.AddBehind(item);
        }
        else
        {
            line.AddBehind(line.First);
            line.First = item;
            Arrange(line);
        }
    }

    /// <summary>Takes the next delivery; null when none is due.</summary>
    public LaneItem? Take(DateTimeOffset now)
    {
        while (_waiting.TryPeek(out var waiting, out var due) && due <= now)
        {
            _waiting.Dequeue();
            if (waiting.State == LineState.Waiting && waiting.First.DueAt <= due)
                MakeReady(waiting);
        }
        while (_ready.TryDequeue(out var line))
        {
            if (line.State != LineState.Ready)
                continue;
            line.State = LineState.Busy;
            return line.First;
        }
        return null;
    }

    /// <summary>Removes a delivery, taken or not; the next one of its key may follow.</summary>
    public void Remove(LaneItem item)
    {
        var line = _lines[item.Key];
        if (line.First != item)
        {
            line.Behind!.Remove(item);
        }
        else if (line.Behind?.Min is { } next)
        {
            line.Behind.Remove(next);
            line.First = next;
            Arrange(line);
        }
        else
        {
            line.State = LineState.Gone;
            _lines.Remove(item.Key);
        }
    }

    /// <summary>Returns a delivery that was taken; it is taken again when it is due.</summary>
    public void Retry(LaneItem item, DateTimeOffset dueAt)
    {
        item.DueAt = dueAt;
        var line = _lines[item.Key];
        // A delivery for an earlier change may have been added meanwhile; it is first.
        if (line.Behind?.Min is { } next && next.Id.CompareTo(item.Id) < 0)
        {
            line.Behind.Remove(next);
            line.AddBehind(item);
            line.First = next;
        }
        Arrange(line);
    }

    /// <summary>Makes a waiting delivery due.</summary>
    public void MakeDue(LaneItem item)
    {
        item.DueAt = default;
        var line = _lines[item.Key];
        if (line.First == item && line.State == LineState.Waiting)
            MakeReady(line);
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

    /// <summary>The deliveries of one key, the one with the lowest revision first; the first may be busy.</summary>
    private sealed class Line(LaneItem first)
    {
        public LaneItem First { get; set; } = first;

        public SortedSet<LaneItem>? Behind { get; private set; }

        public LineState State { get; set; }

        public void AddBehind(LaneItem item) => (Behind ??= new SortedSet<LaneItem>(LaneItem.ById)).Add(item);
    }
}
