namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>
/// The highest revision that this process knows to be committed. A reader may see a commit before the writer reports
/// it. Once a reader has returned its revision, no later read may return an earlier one.
/// </summary>
internal sealed class LatestRevision
{
    private long _value;

    public long Value => Volatile.Read(ref _value);

    /// <summary>Notes that a revision is committed.</summary>
    public void Note(long revision)
    {
        for (var known = Value; revision > known;)
        {
            var before = Interlocked.CompareExchange(ref _value, revision, known);
            if (before == known)
                return;
            known = before;
        }
    }
}
