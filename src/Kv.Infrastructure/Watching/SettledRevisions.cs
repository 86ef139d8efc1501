namespace Kv.Infrastructure.Watching;

/// <summary>
/// How far everything is settled: the highest revision up to which every delivery is sent, or stored for another
/// attempt. Revisions are opened in order and settled in any.
/// </summary>
internal sealed class SettledRevisions(long start)
{
    private readonly Lock _gate = new();
    private readonly Queue<OpenRevision> _open = new();
    private long _through = start;

    /// <summary>The highest settled revision.</summary>
    public long Through => Volatile.Read(ref _through);

    /// <summary>The revision that is being read; it was opened last.</summary>
    public OpenRevision Current { get; private set; } = new(null, start);

    /// <summary>Opens a revision, with one part of it unsettled: reading it.</summary>
    public OpenRevision Open(long revision)
    {
        var opened = new OpenRevision(this, revision);
        lock (_gate)
            _open.Enqueue(opened);
        Current = opened;
        return opened;
    }

    private void Advance()
    {
        lock (_gate)
            while (_open.TryPeek(out var first) && first.IsSettled)
                Volatile.Write(ref _through, _open.Dequeue().Revision);
    }

    /// <summary>A revision of which parts may be unsettled.</summary>
    internal sealed class OpenRevision(SettledRevisions? owner, long revision)
    {
        private int _unsettled = 1;

        public long Revision { get; } = revision;

        /// <summary>When it was written, as far as this replica knows, or else read; as a timestamp.</summary>
        public long At { get; set; }

        public bool IsSettled => Volatile.Read(ref _unsettled) == 0;

        /// <summary>Adds a part that is unsettled.</summary>
        public void Add() => Interlocked.Increment(ref _unsettled);

        /// <summary>Settles a part.</summary>
        public void Settle()
        {
            if (Interlocked.Decrement(ref _unsettled) == 0)
                owner?.Advance();
        }
    }
}
