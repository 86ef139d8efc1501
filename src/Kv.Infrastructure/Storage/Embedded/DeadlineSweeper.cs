namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>
/// Expires entries at their deadlines. It wakes the writer when the next entry is due. Before each batch the writer
/// calls it to expire the entries that are due already, so that no transaction sees them. Only the writer's thread uses
/// it, apart from the timer.
/// </summary>
internal sealed class DeadlineSweeper : IDisposable
{
    // The most entries that one commit expires besides its writes: many deadlines at once must not delay the writes.
    private const int MaxSwept = 1_000;

    // A timer stops while the machine sleeps, and ignores changes of the clock: check again after this time at the
    // latest.
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    private readonly EntryTable _entries;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private long? _next;

    public DeadlineSweeper(EntryTable entries, TimeProvider time, Action wake)
    {
        (_entries, _time) = (entries, time);
        _timer = time.CreateTimer(_ => wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether an entry is due by a second of Unix time.</summary>
    public bool IsDue(long second) => _next <= second;

    public void Load() => _next = _entries.NextDeadline();

    /// <summary>Expires entries that are due, the oldest first, up to the limit of one commit.</summary>
    /// <returns>The revision afterwards.</returns>
    public long Sweep(long second, long revision)
    {
        if (!IsDue(second))
            return revision;
        var swept = _entries.Expire(second, revision + 1, MaxSwept);
        Load();
        return swept > 0 ? revision + 1 : revision;
    }

    /// <summary>
    /// Expires due entries in all ranges that a transaction touches, at a revision of their own before the
    /// transaction's.
    /// </summary>
    /// <returns>The revision afterwards.</returns>
    public long Sweep(Transaction transaction, long second, long revision)
    {
        if (!IsDue(second))
            return revision;
        var swept = 0;
        foreach (var range in transaction.Ranges)
            swept += _entries.Expire(range, second, revision + 1);
        return swept > 0 ? revision + 1 : revision;
    }

    /// <summary>Notes the deadlines of both branches of a transaction; at worst the writer wakes too early.</summary>
    public void Note(Transaction transaction)
    {
        foreach (var deadline in transaction.Deadlines)
            _next = Math.Min(_next ?? deadline, deadline);
    }

    /// <summary>Sets the timer to the next deadline.</summary>
    /// <param name="afterFailure">
    /// Whether the last commit failed: the timer then waits, so that the disk can recover.
    /// </param>
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
}
