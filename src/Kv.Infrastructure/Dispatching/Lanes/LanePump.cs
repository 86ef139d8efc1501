namespace Kv.Infrastructure.Dispatching.Lanes;

/// <summary>Makes the attempts of a lane: each when it is due, up to a limit at a time.</summary>
internal sealed class LanePump(
    Webhook webhook, LaneQueue queue, LaneWorker worker, WebhookFailures failures, Lead lead,
    DeliveryTelemetry telemetry, SteadyClock clock, TimeProvider time)
    : IDisposable
{
    // How many keys' deliveries are attempted at a time, for a webhook that works and for one that fails.
    private const int MaxConcurrent = 32;
    private const int MaxConcurrentFailing = 4;

    private static readonly TimeSpan AfterFault = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _cancelled = CancellationTokenSource.CreateLinkedTokenSource(lead.Over);

    private Webhook _webhook = webhook;
    private ITimer? _timer;
    private DateTimeOffset? _timerDue;
    private TaskCompletionSource? _idle;
    private int _running;

    /// <summary>Raised when an attempt has ended, or the next one is due.</summary>
    public event Action? Advanced;

    /// <summary>Replaces the webhook's settings.</summary>
    public void Update(Webhook webhook)
    {
        var before = Interlocked.Exchange(ref _webhook, webhook);
        if (webhook.IsActive && !before.IsActive)
            failures.Forget();
    }

    /// <summary>Begins the attempts that are due, and sets the timer for the next one.</summary>
    public void Run()
    {
        lock (_gate)
        {
            var limit = failures.IsFailing ? MaxConcurrentFailing : MaxConcurrent;
            while (_running < limit && queue.Take() is { } item)
            {
                _running++;
                _ = Task.Run(() => Attempt(item));
            }
            // At the limit, due deliveries wait for the end of an attempt, and not for the timer.
            if (_running < limit && queue.NextDue is { } due)
                SetTimer(due);
        }
    }

    /// <summary>Completes when no attempt is in flight.</summary>
    public Task WhenIdle()
    {
        lock (_gate)
            return _running == 0 ? Task.CompletedTask
                : (_idle ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
    }

    /// <summary>Cancels the attempts in flight.</summary>
    public Task Cancel() => _cancelled.CancelAsync();

    public void Dispose()
    {
        lock (_gate)
            _timer?.Dispose();
        _cancelled.Dispose();
    }

    private async Task Attempt(LaneItem item)
    {
        try
        {
            if (await worker.Deliver(item, Volatile.Read(ref _webhook), _cancelled.Token) is { } wait)
            {
                queue.Retry(item, wait);
                // The webhook was disabled during the attempt: this delivery is given up now, like the others.
                if (!Volatile.Read(ref _webhook).IsActive)
                    queue.MakeAllDue();
            }
            else
            {
                queue.Finish(item);
            }
        }
        catch (OperationCanceledException)
        {
            // The webhook was deleted, or the term has ended: the next leader makes the attempt.
        }
        catch (StoreException error)
        {
            telemetry.LogCannotStore(item.Id, error.Message);
            queue.Retry(item, AfterFault);
        }
        catch (Exception error)
        {
            telemetry.LogFault(error, item.Id, _webhook.Id);
            queue.Retry(item, AfterFault);
        }
        lock (_gate)
        {
            if (--_running == 0)
                _idle?.TrySetResult();
        }
        Continue();
    }

    private void Continue()
    {
        Run();
        Advanced?.Invoke();
    }

    private void SetTimer(DateTimeOffset due)
    {
        if (_timerDue <= due)
            return;
        _timerDue = due;
        var delay = due - clock.Now;
        _timer ??= time.CreateTimer(_ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(delay > TimeSpan.Zero ? delay : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    private void OnTimer()
    {
        lock (_gate)
            _timerDue = null;
        Continue();
    }
}
