namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>
/// Limits the history. A compacted revision is unreadable at once; its rows are deleted in small steps, one with each
/// commit. Only the writer's thread uses it.
/// </summary>
internal sealed class History(EntryTable entries, long keep)
{
    private const int MaxDeleted = 1_000;

    // The compact revision advances by a tenth of the history at a time, not with every commit.
    private readonly long _slack = keep / 10;

    private long _compacted;
    private bool _isDeleted;

    /// <summary>Reads the compact revision from the database.</summary>
    public void Load()
    {
        _compacted = entries.Counter(Schema.Compacted);
        _isDeleted = false;
    }

    /// <summary>Compacts when the history exceeds its limit, and deletes some compacted rows.</summary>
    /// <param name="revision">The present revision.</param>
    /// <param name="writtenBytes">The bytes that the same commit writes.</param>
    public void Trim(long revision, long writtenBytes)
    {
        if (revision - _compacted - keep > _slack)
        {
            (_compacted, _isDeleted) = (revision - keep, false);
            entries.SetCounter(Schema.Compacted, _compacted);
        }
        if (!_isDeleted)
            _isDeleted = entries.DeleteEnded(_compacted, MaxDeleted, writtenBytes) == 0;
    }
}
