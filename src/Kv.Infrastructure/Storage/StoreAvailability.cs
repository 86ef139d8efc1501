using Kv.Domain.Storage;
using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Storage;

/// <summary>
/// Records from the outcome of every call whether the store answers. Only this class logs its absence: at the
/// beginning, once a minute meanwhile, and at the end. A call that fails while others are answered is no absence: one
/// of several members may be down.
/// </summary>
internal sealed partial class StoreAvailability(
    StoreOptions options, TimeProvider time, ILogger<StoreAvailability> logger)
{
    private static readonly TimeSpan ReminderInterval = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private TaskCompletionSource _missed = NewSignal();
    private string _reason = "";

    // The time of the first failed call since the last answer; 0 while the store answers.
    private long _missedAt;
    private long _saidAt;
    private bool _isAway;

    /// <summary>Completes when a call has failed and no call was answered since.</summary>
    public Task Missed
    {
        get
        {
            lock (_gate)
                return _missed.Task;
        }
    }

    /// <summary>The store has answered a call.</summary>
    public void Answered()
    {
        if (Volatile.Read(ref _missedAt) != 0)
            End();
    }

    /// <summary>The store has not answered a call.</summary>
    public void Failed(StoreUnavailableException failure)
    {
        lock (_gate)
        {
            _reason = failure.Message;
            if (_missedAt != 0)
                return;
            _missedAt = time.GetTimestamp();
            _missed.SetResult();
        }
    }

    /// <summary>A probe has failed: the store is away if no other call was answered since the probe began.</summary>
    /// <param name="began">When the probe began.</param>
    public void Confirm(long began)
    {
        lock (_gate)
        {
            if (_missedAt == 0 || _missedAt > began)
                return;
            if (!_isAway)
                LogAway(options.Description, _reason);
            else if (time.GetElapsedTime(_saidAt) >= ReminderInterval)
                LogStillAway(options.Description, time.GetElapsedTime(_missedAt).TotalSeconds, _reason);
            else
                return;
            (_isAway, _saidAt) = (true, time.GetTimestamp());
        }
    }

    private void End()
    {
        lock (_gate)
        {
            if (_missedAt == 0)
                return;
            if (_isAway)
                LogBack(options.Description, time.GetElapsedTime(_missedAt).TotalSeconds);
            (_missedAt, _isAway, _missed) = (0, false, NewSignal());
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
