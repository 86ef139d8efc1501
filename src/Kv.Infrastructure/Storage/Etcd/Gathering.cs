namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// The moment for which a call waits so that those whom the last one answered can be part of it: callers who ask for one thing after the
/// other come back soon, and one call for all of them costs both sides far less than two that take turns. Where few ask
/// there is none, and where it was in vain there is none for a while.
/// </summary>
internal sealed class Gathering(TimeProvider time)
{
    /// <summary>
    /// How long it lasts at the most, and for whoever comes later never longer than the call before took. Where nobody comes any more a timer ends
    /// it, which may be some milliseconds late.
    /// </summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromMilliseconds(1);

    /// <summary>How many must ask, or have just been answered, for it to be worth anything.</summary>
    public const int MinRequests = 16;

    // After one in vain the next one, then the next three, seven, and so on are left out: who sends what they send without waiting for
    // an answer does not come back sooner for it.
    private const int MaxLeftOut = 255;

    private long _until;
    private int _enough;
    private int _leftOut;
    private int _toLeaveOut;

    /// <summary>Begins one where it is worth it. Only the last call that is under way may.</summary>
    /// <param name="answered">How many the call before has answered.</param>
    /// <param name="waiting">How many wait by now.</param>
    /// <param name="full">How many make a full call.</param>
    /// <param name="took">How long the call before took.</param>
    public bool Begin(int answered, int waiting, int full, TimeSpan took)
    {
        // Not all come back: somebody is always late.
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

    /// <summary>Whether a call has to wait still.</summary>
    /// <param name="waiting">How many wait by now.</param>
    public bool IsOn(int waiting) =>
        Volatile.Read(ref _until) is not 0 and var until && waiting < _enough && time.GetTimestamp() < until;

    /// <summary>A call goes.</summary>
    /// <param name="waiting">How many wait by now.</param>
    public void End(int waiting)
    {
        if (Volatile.Read(ref _until) == 0)
            return;
        Volatile.Write(ref _until, 0);
        _leftOut = waiting >= _enough ? 0 : Math.Min(MaxLeftOut, 2 * _leftOut + 1);
        _toLeaveOut = _leftOut;
    }
}
