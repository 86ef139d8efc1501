namespace Kv.FaultTests.Checkers.Linearizability;

/// <summary>
/// Looks for one order of a key's steps that explains all answers: each step takes effect at one moment between its
/// start and its end (Wing and Gong's search, with Lowe's memory of what was tried). A step whose outcome is unknown
/// may take effect at any time after its start, or never.
/// </summary>
internal sealed class KeySearch
{
    // Far more than a linearizable history needs.
    private const int MostTries = 2_000_000;

    private readonly RunClock _clock;
    private readonly List<KeyStep> _steps;
    private readonly KeyTimeline _timeline;
    private readonly long[] _writes;
    private readonly int[] _blindDeletes;
    private readonly HashSet<Tried> _tried = new(Tried.Comparer);
    private readonly Stack<Frame> _taken = new();
    private readonly ulong[] _done;
    private int _written;
    private int _blindlyDeleted;
    private KeyState[] _states = [KeyState.Nothing];

    public KeySearch(IReadOnlyList<KeyStep> steps, RunClock clock)
    {
        _clock = clock;
        _steps = [.. steps.OrderBy(step => step.Start)];
        _timeline = new KeyTimeline(_steps);
        _done = new ulong[_steps.Count / 64 + 1];
        _writes = [.. _steps.Where(step => !step.IsOptional).Select(step => step.WriteRevision).OfType<long>().Order()];
        _blindDeletes = [.. Enumerable.Range(0, _steps.Count).Where(index => IsBlindDelete(_steps[index]))];
    }

    /// <summary>The longest explained beginning of the history, in order.</summary>
    public IReadOnlyList<KeyStep> Longest { get; private set; } = [];

    /// <summary>The possible states of the key after <see cref="Longest"/>.</summary>
    public IReadOnlyList<KeyState> LongestStates { get; private set; } = [];

    /// <summary>Whether there is such an order; null when the search was given up.</summary>
    public bool? Run()
    {
        var candidate = _timeline.First();
        for (var tries = 0; _timeline.HasDue; tries++)
        {
            if (tries == MostTries)
                return null;
            if (candidate is { } index)
            {
                candidate = TryTake(index) ? _timeline.First() : _timeline.Next(index);
                continue;
            }
            Remember();
            if (!_taken.TryPop(out var last))
                return false;
            Undo(last);
            candidate = last.IsForced ? null : _timeline.Next(last.Index);
        }
        return true;
    }

    /// <summary>The steps that could have come next behind <see cref="Longest"/>, and cannot.</summary>
    public IEnumerable<KeyStep> Stuck()
    {
        var taken = Longest.ToHashSet();
        var left = _steps.Where(step => !taken.Contains(step)).ToList();
        var due = left.Where(step => !step.IsOptional).Select(step => step.End).DefaultIfEmpty(0).Min();
        return left.Where(step => step.Start <= due);
    }

    private bool TryTake(int index)
    {
        var step = _steps[index];
        if (!IsInTurn(step) || !IsFirstOfItsKind(index))
            return false;
        var next = After(_states, step);
        if (next.Length == 0 || IsLastInVain(step, next))
            return false;
        // A read is taken at once: that forbids nothing later. A deletion that finds nothing now may be needed later.
        var isForced = !step.IsOptional && IsRead(step) && IsSame(next, _states);
        Mark(index);
        if (!isForced && !_tried.Add(new Tried([.. _done], next)))
        {
            Mark(index);
            return false;
        }
        _taken.Push(new Frame(index, _states, isForced));
        _states = next;
        _timeline.Take(index);
        Count(step, 1);
        return true;
    }

    // Writes with known revisions come in their order, and before every read that is as of a later revision.
    private bool IsInTurn(KeyStep step)
    {
        if (_written == _writes.Length)
            return true;
        return IsKnownWrite(step) ? step.WriteRevision == _writes[_written]
            : step.ReadRevision is not { } revision || revision < _writes[_written];
    }

    // Deletions without a known outcome are interchangeable.
    private bool IsFirstOfItsKind(int index) =>
        !IsBlindDelete(_steps[index]) || _blindDeletes[_blindlyDeleted] == index;

    // A step that may never have happened is taken right before one for which it makes a difference, or not at all.
    private bool IsLastInVain(KeyStep step, KeyState[] next) =>
        _taken.TryPeek(out var last) && _steps[last.Index].IsOptional && IsSame(After(last.States, step), next);

    private KeyState[] After(KeyState[] states, KeyStep step) => states.Length == 1
        ? [.. states[0].After(step, _clock).Distinct()]
        : [.. states.SelectMany(state => state.After(step, _clock)).Distinct()];

    private static bool IsSame(KeyState[] some, KeyState[] others) =>
        some.Length == others.Length && some.All(others.Contains);

    private static bool IsBlindDelete(KeyStep step) =>
        step is { IsOptional: true, Branches: [{ Conditions: [], Actions: [KeyAction.Delete] }] };

    private static bool IsRead(KeyStep step) =>
        step.Branches.All(branch => branch.Actions.All(action => action is KeyAction.See));

    private static bool IsKnownWrite(KeyStep step) => !step.IsOptional && step.WriteRevision is not null;

    private void Undo(Frame frame)
    {
        _states = frame.States;
        _timeline.PutBack(frame.Index);
        Mark(frame.Index);
        Count(_steps[frame.Index], -1);
    }

    private void Count(KeyStep step, int change)
    {
        if (IsKnownWrite(step))
            _written += change;
        else if (IsBlindDelete(step))
            _blindlyDeleted += change;
    }

    private void Mark(int index) => _done[index / 64] ^= 1UL << (index % 64);

    private void Remember()
    {
        if (_taken.Count < Longest.Count || (Longest.Count > 0 && _taken.Count == Longest.Count))
            return;
        Longest = [.. _taken.Reverse().Select(frame => _steps[frame.Index])];
        LongestStates = _states;
    }

    private readonly record struct Frame(int Index, KeyState[] States, bool IsForced);

    private sealed record Tried(ulong[] Done, KeyState[] States)
    {
        public static readonly IEqualityComparer<Tried> Comparer = EqualityComparer<Tried>.Create(
            (a, b) => a!.Done.AsSpan().SequenceEqual(b!.Done) && IsSame(a.States, b.States),
            tried =>
            {
                var hash = new HashCode();
                foreach (var word in tried.Done)
                    hash.Add(word);
                return hash.ToHashCode();
            });
    }
}
