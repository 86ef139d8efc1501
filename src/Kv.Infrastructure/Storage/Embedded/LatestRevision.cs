namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>
/// The highest revision that anyone in this process knows to be committed. Readers may see a commit before its writer comes to
/// say so; once one of them has told of it, no later read may answer with an earlier revision.
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
