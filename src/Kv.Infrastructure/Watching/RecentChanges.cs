using Kv.Domain.Watching;

namespace Kv.Infrastructure.Watching;

/// <summary>
/// The last changes: a watch that lost its connection can resume without a read of the store. Their number and size are
/// limited. It is not thread-safe.
/// </summary>
internal sealed class RecentChanges(long start)
{
    private const int MaxSets = 10_000;
    private const long MaxBytes = 16 * 1024 * 1024;

    private readonly Queue<KeyChangeSet> _sets = new();
    private long _bytes;

    /// <summary>The revision after which all changes are kept.</summary>
    public long After { get; private set; } = start;

    public void Add(KeyChangeSet set)
    {
        if (set.Changes.Count == 0)
            return;
        _sets.Enqueue(set);
        _bytes += Size(set);
        while (_sets.Count > MaxSets || _bytes > MaxBytes)
        {
            var oldest = _sets.Dequeue();
            _bytes -= Size(oldest);
            After = oldest.Revision;
        }
    }

    /// <summary>The changes after a revision that is not before <see cref="After"/>.</summary>
    public IEnumerable<KeyChangeSet> Since(long revision) => _sets.SkipWhile(set => set.Revision <= revision);

    /// <summary>The approximate size of the changes in bytes.</summary>
    public static long Size(KeyChangeSet set)
    {
        var bytes = 100L;
        foreach (var change in set.Changes)
            bytes += 200 + change.Key.Value.Length + (change.NewValue?.Length ?? 0) + (
                change.Previous?.Value?.Length ?? 0);
        return bytes;
    }
}
