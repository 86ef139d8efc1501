using Kv.Application.Watching;

namespace Kv.Infrastructure.Dispatching;

/// <summary>
/// The progress of the feed: the revision up to which it is read, and the one up to which it is settled. A revision is
/// settled when every delivery of it is sent, or stored for another attempt. Revisions are opened in order and settled
/// in any order.
/// </summary>
/// <param name="start">The revision that is settled already.</param>
internal sealed class SettledRevisions(long start)
{
    private readonly Lock _gate = new();
    private readonly Queue<OpenRevision> _open = new();
    private long _through = start;
    private long _readThrough = start;

    /// <summary>The highest settled revision.</summary>
    public long Through => Volatile.Read(ref _through);

    /// <summary>The highest revision up to which every change was passed to the lanes.</summary>
    public long ReadThrough
    {
        get => Volatile.Read(ref _readThrough);
        set => Volatile.Write(ref _readThrough, value);
    }

    /// <summary>Opens a revision, held by its reader.</summary>
    /// <param name="writtenAt"><inheritdoc cref="IOpenRevision.WrittenAt" path="/summary"/></param>
    public IOpenRevision Open(long revision, long writtenAt)
    {
        var opened = new OpenRevision(this, revision, writtenAt);
        lock (_gate)
            _open.Enqueue(opened);
        return opened;
    }

    private void Advance()
    {
        lock (_gate)
            while (_open.TryPeek(out var first) && first.IsSettled)
                Volatile.Write(ref _through, _open.Dequeue().Revision);
    }

    private sealed class OpenRevision(SettledRevisions owner, long revision, long writtenAt) : IOpenRevision
    {
        private int _holders = 1;

        public long Revision { get; } = revision;

        public long WrittenAt { get; } = writtenAt;

        public bool IsSettled => Volatile.Read(ref _holders) == 0;

        public void Hold() => Interlocked.Increment(ref _holders);

        public void Release()
        {
            if (Interlocked.Decrement(ref _holders) == 0)
                owner.Advance();
        }
    }
}
