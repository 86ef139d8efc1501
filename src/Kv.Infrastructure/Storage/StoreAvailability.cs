namespace Kv.Infrastructure.Storage;

/// <summary>
/// Records from the outcome of every call whether the store answers. Only this class logs an outage: at its start, once
/// a minute during it, and at its end. A call that fails while others are answered is no outage: one of several members
/// may be down.
/// </summary>
internal sealed partial class StoreAvailability(
    StoreOptions options, TimeProvider time, ILogger<StoreAvailability> logger)
{
    private static readonly TimeSpan ReminderInterval = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private TaskCompletionSource _failed = NewSignal();
    private string _reason = "";

    // The time of the first failed call since the last answer; 0 while the store answers.
    private long _failedSince;
    private long _loggedAt;
    private bool _isUnavailable;

    /// <summary>Completes when a call has failed and no call was answered since.</summary>
    public Task FirstFailure
    {
        get
        {
            lock (_gate)
                return _failed.Task;
        }
    }

    public void Answered()
    {
        if (Volatile.Read(ref _failedSince) != 0)
            EndOutage();
    }

    public void Failed(StoreUnavailableException failure)
    {
        lock (_gate)
        {
            _reason = failure.Message;
            if (_failedSince != 0)
                return;
            _failedSince = time.GetTimestamp();
            _failed.SetResult();
        }
    }

    /// <summary>
    /// A probe has failed: the store is unavailable if it answered no other call since the probe began.
    /// </summary>
    public void ProbeFailed(long began)
    {
        lock (_gate)
        {
            if (_failedSince == 0 || _failedSince > began)
                return;
            if (!_isUnavailable)
                LogUnavailable(options.Description, _reason);
            else if (time.GetElapsedTime(_loggedAt) >= ReminderInterval)
                LogStillUnavailable(options.Description, time.GetElapsedTime(_failedSince).TotalSeconds, _reason);
            else
                return;
            (_isUnavailable, _loggedAt) = (true, time.GetTimestamp());
        }
    }

    private void EndOutage()
    {
        lock (_gate)
        {
            if (_failedSince == 0)
                return;
            if (_isUnavailable)
                LogAvailable(options.Description, time.GetElapsedTime(_failedSince).TotalSeconds);
            (_failedSince, _isUnavailable, _failed) = (0, false, NewSignal());
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
