using Kv.Domain.Webhooks;
using Kv.Infrastructure.Deliveries;

namespace Kv.Infrastructure.Dispatching.Lanes;

/// <summary>Makes the attempts of a lane: each when it is due, up to a limit at a time.</summary>
/// <param name="hasEnded">Called when an attempt has ended.</param>
internal sealed class LanePump(
    Webhook webhook, LaneQueue queue, LaneBacklog backlog, LaneServices services, Action hasEnded) : IDisposable
{
    // How many keys' deliveries are attempted at a time, for a webhook that works and for one that fails.
    private const int MaxConcurrent = 32;
    private const int MaxConcurrentFailing = 4;

    private static readonly TimeSpan AfterFault = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly LaneWorker _worker = new(queue, backlog, services);
    private readonly CancellationTokenSource _cancelled =
        CancellationTokenSource.CreateLinkedTokenSource(services.AttemptsCancelled);

    private Webhook _webhook = webhook;
    private ITimer? _timer;
    private DateTimeOffset? _timerDue;
    private TaskCompletionSource? _idle;
    private int _running;

    /// <inheritdoc cref="LaneWorker.RestoreStreak"/>
    public void RestoreStreak(FailureStreak streak) => _worker.RestoreStreak(streak);

    /// <summary>Replaces the webhook's settings.</summary>
    public void Update(Webhook webhook)
    {
        var before = Interlocked.Exchange(ref _webhook, webhook);
        if (webhook.IsActive && !before.IsActive)
            _worker.ForgetFailures();
    }

    /// <summary>Begins the attempts that are due, and sets the timer for the next one.</summary>
    public void Run()
    {
        lock (_gate)
        {
            if (services.IsDraining)
                return;
            var limit = _worker.IsFailing ? MaxConcurrentFailing : MaxConcurrent;
            while (_running < limit && queue.Take(services.Clock.Now) is { } item)
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
            if (await _worker.Deliver(item, Volatile.Read(ref _webhook), _cancelled.Token) is { } due)
                queue.Retry(item, due);
            else
                queue.Finish(item);
        }
        catch (OperationCanceledException)
        {
            // The webhook was deleted, or the term has ended: the next leader makes the attempt.
        }
        catch (StoreException error)
        {
            services.Telemetry.LogCannotStore(item.Id, error.Message);
            queue.Retry(item, services.Clock.Now + AfterFault);
        }
        catch (Exception error)
        {
            services.Telemetry.LogFault(error, item.Id, _webhook.Id);
            queue.Retry(item, services.Clock.Now + AfterFault);
        }
        lock (_gate)
        {
            if (--_running == 0)
                _idle?.TrySetResult();
        }
        hasEnded();
    }

    private void SetTimer(DateTimeOffset due)
    {
        if (_timerDue <= due)
            return;
        _timerDue = due;
        var delay = due - services.Clock.Now;
        _timer ??= services.Time.CreateTimer(_ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(delay > TimeSpan.Zero ? delay : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    private void OnTimer()
    {
        lock (_gate)
            _timerDue = null;
        hasEnded();
    }
}
