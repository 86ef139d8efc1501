namespace Kv.FaultTests.Checkers.Linearizability;

/// <summary>
/// The steps that are left of a search, by their starts, and which of them may come next: those that began before the
/// first of the rest has ended. Steps that must have happened are offered before those that may never have.
/// </summary>
internal sealed class KeyTimeline
{
    private readonly List<KeyStep> _steps;
    private readonly Line _due;
    private readonly Line _optional;
    private readonly int[] _byEnd;
    private readonly int[] _place;
    private readonly bool[] _isTaken;
    private int _firstEnd;

    public KeyTimeline(List<KeyStep> steps)
    {
        _steps = steps;
        _due = new Line(steps, step => !step.IsOptional);
        _optional = new Line(steps, step => step.IsOptional);
        _byEnd =
            [.. Enumerable.Range(0, steps.Count).Where(index => !steps[index].IsOptional)
                .OrderBy(index => steps[index].End)];
        _place = new int[steps.Count];
        for (var i = 0; i < _byEnd.Length; i++)
            _place[_byEnd[i]] = i;
        _isTaken = new bool[steps.Count];
        HasDue = _byEnd.Length > 0;
    }

    /// <summary>Whether a step is left that must have happened.</summary>
    public bool HasDue { get; private set; }

    /// <summary>The first step that may come next; null when there is none.</summary>
    public int? First() => Ready(_due.First) ?? Ready(_optional.First);

    /// <summary>The step to be tried when this one has failed; null when there is none.</summary>
    public int? Next(int index) => _steps[index].IsOptional
        ? Ready(_optional.After(index))
        : Ready(_due.After(index)) ?? Ready(_optional.First);

    /// <summary>Takes a step out.</summary>
    public void Take(int index)
    {
        _isTaken[index] = true;
        LineOf(index).Remove(index);
        while (_firstEnd < _byEnd.Length && _isTaken[_byEnd[_firstEnd]])
            _firstEnd++;
        HasDue = _firstEnd < _byEnd.Length;
    }

    /// <summary>Puts the step that was last taken out back to where it was.</summary>
    public void PutBack(int index)
    {
        _isTaken[index] = false;
        LineOf(index).PutBack(index);
        if (!_steps[index].IsOptional)
            _firstEnd = Math.Min(_firstEnd, _place[index]);
        HasDue = _firstEnd < _byEnd.Length;
    }

    private Line LineOf(int index) => _steps[index].IsOptional ? _optional : _due;

    private int? Ready(int index) =>
        index < _steps.Count && HasDue && _steps[index].Start <= _steps[_byEnd[_firstEnd]].End ? index : null;

    // A list of indexes from which they are taken, and to which they are put back in the opposite order (Knuth's
    // dancing links).
    private sealed class Line
    {
        private readonly int[] _next;
        private readonly int[] _previous;
        private readonly int _head;

        public Line(List<KeyStep> steps, Func<KeyStep, bool> belongs)
        {
            _head = steps.Count;
            (_next, _previous) = (new int[steps.Count + 1], new int[steps.Count + 1]);
            var last = _head;
            for (var index = 0; index < steps.Count; index++)
            {
                if (!belongs(steps[index]))
                    continue;
                (_next[last], _previous[index]) = (index, last);
                last = index;
            }
            (_next[last], _previous[_head]) = (_head, last);
        }

        /// <summary>The first index; the number of all steps when there is none.</summary>
        public int First => _next[_head];

        public int After(int index) => _next[index];

        public void Remove(int index)
        {
            _next[_previous[index]] = _next[index];
            _previous[_next[index]] = _previous[index];
        }

        public void PutBack(int index)
        {
            _next[_previous[index]] = index;
            _previous[_next[index]] = index;
        }
    }
}
