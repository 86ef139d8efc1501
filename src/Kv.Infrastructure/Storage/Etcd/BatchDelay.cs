namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// A short wait before a call, so that the callers of the previous one can join it. Callers that send one request after
/// another return soon, and one call for all of them costs both sides far less than two alternating calls. With few
/// callers there is no wait. After a wait that gathered too little, some calls go without one.
/// </summary>
internal sealed class BatchDelay(TimeProvider time)
{
    /// <summary>
    /// The longest wait. It is never longer than the previous call took. When no further caller comes, a timer ends the
    /// wait, which may be some milliseconds late.
    /// </summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromMilliseconds(1);

    /// <summary>The fewest requests, waiting or just answered, for which a wait is worthwhile.</summary>
    public const int MinRequests = 16;

    // After a wait that gathered too little the next call goes without one; after another the next three, then seven,
    // and so on. Callers that send without waiting for answers do not return sooner because of a wait.
    private const int MaxLeftOut = 255;

    private long _until;
    private int _enough;
    private int _leftOut;
    private int _toLeaveOut;

    /// <summary>Begins a wait if it is worthwhile. Only the last call in flight may begin one.</summary>
    /// <param name="answered">How many requests the previous call answered.</param>
    /// <param name="waiting">How many requests wait now.</param>
    /// <param name="full">How many requests fill a call.</param>
    /// <param name="took">How long the previous call took.</param>
    public bool Begin(int answered, int waiting, int full, TimeSpan took)
    {
        // A part of the callers is enough: some are always late.
        var enough = Math.Min(full, (answered + waiting) * 7 / 8);
        if (waiting == 0 || waiting >= enough || answered + waiting < MinRequests)
            return false;
        if (_toLeaveOut > 0)
        {
            _toLeaveOut--;
            return false;
        }
        _enough = enough;
        var wait = took < MaxWait ? took : MaxWait;
        Volatile.Write(ref _until, time.GetTimestamp() + (long)(wait.TotalSeconds * time.TimestampFrequency));
        return true;
    }

    /// <summary>Whether a call must still wait.</summary>
    /// <param name="waiting">How many requests wait now.</param>
    public bool IsOn(int waiting) =>
        Volatile.Read(ref _until) is not 0 and var until && waiting < _enough && time.GetTimestamp() < until;

    /// <summary>A call is sent: the wait ends.</summary>
    /// <param name="waiting">How many requests wait now.</param>
    public void End(int waiting)
    {
        if (Volatile.Read(ref _until) == 0)
            return;
        Volatile.Write(ref _until, 0);
        _leftOut = waiting >= _enough ? 0 : Math.Min(MaxLeftOut, 2 * _leftOut + 1);
        _toLeaveOut = _leftOut;
    }
}
