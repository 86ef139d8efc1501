using Kv.Domain.Storage;

namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>
/// Keeps a limited part of the past. Compacted revisions cannot be read any more at once; their rows are deleted in
/// small steps, a step with each commit. Only the writer's thread uses it.
/// </summary>
internal sealed class History(EntryTable entries, long keep)
{
    private const int MaxForgotten = 1_000;

    // The compact revision advances by a tenth of the history at a time, not with every commit.
    private readonly long _slack = keep / 10;

    private long _compacted;
    private bool _isForgotten;

    /// <summary>Reads the compact revision from the database.</summary>
    public void Load()
    {
        _compacted = entries.Counter(Schema.Compacted);
        _isForgotten = false;
    }

    /// <summary>Compacts when the history exceeds its limit, and deletes some compacted rows.</summary>
    public void Trim(long revision)
    {
        if (revision - _compacted - keep > _slack)
            MoveTo(revision - keep);
        if (!_isForgotten)
            _isForgotten = entries.Forget(_compacted, MaxForgotten) < MaxForgotten;
    }

    /// <summary>Compacts at a revision, which stays readable.</summary>
    /// <exception cref="RevisionInFutureException">The revision has not been reached.</exception>
    /// <exception cref="RevisionCompactedException">The revision was compacted before.</exception>
    public void Compact(long at, long revision)
    {
        if (at > revision)
            throw new RevisionInFutureException(at);
        if (at <= _compacted)
            throw new RevisionCompactedException(_compacted);
        MoveTo(at);
    }

    private void MoveTo(long revision)
    {
        entries.SetCounter(Schema.Compacted, revision);
        _compacted = revision;
        _isForgotten = false;
    }
}
