namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>
/// Ends entries at their deadlines. It wakes the writer when the next one is due, and before each batch the writer has it
/// end what is due already, so that no transaction sees an expired entry. Except for the timer, the writer's thread
/// alone uses it.
/// </summary>
internal sealed class Expiry : IDisposable
{
    // What one commit may end beside its writes, so that many deadlines at once do not hold them up.
    private const int MaxSwept = 1_000;

    // Timers stand still while a machine sleeps and know nothing of a clock that is set: it looks again before long.
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    private readonly EntryTable _entries;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private long? _next;

    public Expiry(EntryTable entries, TimeProvider time, Action wake)
    {
        (_entries, _time) = (entries, time);
        _timer = time.CreateTimer(_ => wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether something is due by a second of Unix time.</summary>
    public bool IsDue(long second) => _next <= second;

    /// <summary>Reads the next deadline from the database.</summary>
    public void Load() => _next = _entries.NextDeadline();

    /// <summary>Ends entries that are due, the oldest first and not more than a commit should hold.</summary>
    /// <returns>The revision after it.</returns>
    public long Sweep(long second, long revision)
    {
        if (!IsDue(second))
            return revision;
        var swept = _entries.Expire(second, revision + 1, MaxSwept);
        Load();
        return swept > 0 ? revision + 1 : revision;
    }

    /// <summary>Ends what is due of all that a transaction touches, at a revision of its own before the transaction's.</summary>
    /// <returns>The revision after it.</returns>
    public long Sweep(Transaction transaction, long second, long revision)
    {
        if (!IsDue(second))
            return revision;
        var swept = 0;
        foreach (var range in transaction.Ranges)
            swept += _entries.Expire(range, second, revision + 1);
        return swept > 0 ? revision + 1 : revision;
    }

    /// <summary>Takes note of the deadlines that a transaction may have given, in whichever branch: it looks too early at worst.</summary>
    public void Note(Transaction transaction)
    {
        Note(transaction.Then);
        Note(transaction.Otherwise);
    }

    /// <summary>Sets the timer to the next deadline.</summary>
    /// <param name="afterFailure">Whether the last commit failed: then it leaves the disk time to come round.</param>
    public void Arm(bool afterFailure)
    {
        if (_next is not { } deadline)
            return;
        var shortest = afterFailure ? AfterFailure : TimeSpan.Zero;
        var left = deadline - _time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;
        _timer.Change(
            left <= shortest.TotalSeconds ? shortest
            : left >= LongestSleep.TotalSeconds ? LongestSleep
            : TimeSpan.FromSeconds(left),
            Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer.Dispose();

    private void Note(IReadOnlyList<Operation> operations)
    {
        for (var i = 0; i < operations.Count; i++)
        {
            var operation = operations[i];
            if (operation is Operation.Nested nested)
                Note(nested.Inner);
            else if (((operation as Operation.Put)?.Deadline ?? (operation as Operation.Touch)?.Deadline) is { } deadline
                && (_next is not { } next || deadline < next))
                _next = deadline;
        }
    }
}
