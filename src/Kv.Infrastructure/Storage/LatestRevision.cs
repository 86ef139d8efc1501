namespace Kv.Infrastructure.Storage;

/// <summary>
/// The highest revision that this process knows to be committed. A reader may see a commit before the writer reports
/// it. Once a reader has returned its revision, no later read may return an earlier one.
/// </summary>
internal sealed class LatestRevision(long first = 0)
{
    private long _value = first;

    public long Value => Volatile.Read(ref _value);

    public void RaiseTo(long revision)
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
