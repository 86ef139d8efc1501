using Kv.Domain.Storage;

namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>
/// How much of the past is kept. What is compacted away is out of reach at once and deleted in small steps, a step with
/// each commit. The writer's thread alone uses it.
/// </summary>
internal sealed class History(EntryTable entries, long keep)
{
    private const int MaxForgotten = 1_000;

    // The compact revision moves a tenth of the history at a time, not with every commit.
    private readonly long _slack = keep / 10;

    private long _compacted;
    private bool _isForgotten;

    /// <summary>Reads the compact revision from the database.</summary>
    public void Load()
    {
        _compacted = entries.Counter(Schema.Compacted);
        _isForgotten = false;
    }

    /// <summary>Compacts once more has gathered than is kept.</summary>
    public void Trim(long revision)
    {
        if (revision - _compacted - keep > _slack)
            MoveTo(revision - keep);
        if (!_isForgotten)
            _isForgotten = entries.Forget(_compacted, MaxForgotten) < MaxForgotten;
    }

    /// <summary>Compacts at a revision, which stays readable.</summary>
    /// <exception cref="RevisionInFutureException">It has not been reached.</exception>
    /// <exception cref="RevisionCompactedException">It was compacted before.</exception>
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
