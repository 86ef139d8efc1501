using Kv.Domain.Watching;

namespace Kv.Api.Overview;

/// <summary>The figures of the last hour, in memory: one point for each <see cref="Interval"/>.</summary>
public sealed class OverviewHistory : BackgroundService
{
    /// <summary>The time that a point covers.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    private static readonly int MaxPoints = (int)(TimeSpan.FromHours(1) / Interval);

    private readonly Lock _gate = new();
    private readonly Queue<OverviewPoint> _points = new(MaxPoints);
    private readonly Measurements _measurements;
    private readonly IWatcherStatus _watcher;
    private readonly TimeProvider _time;

    internal OverviewHistory(Measurements measurements, IWatcherStatus watcher, TimeProvider time)
    {
        (_measurements, _watcher, _time) = (measurements, watcher, time);
        StartedAt = time.GetUtcNow();
    }

    /// <summary>The start of this process's service.</summary>
    public DateTimeOffset StartedAt { get; }

    /// <summary>The points, the oldest first.</summary>
    public IReadOnlyList<OverviewPoint> Points
    {
        get
        {
            lock (_gate)
                return [.. _points];
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, _time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var point = _measurements.Take(_time.GetUtcNow(), _watcher.Lag);
            lock (_gate)
            {
                if (_points.Count == MaxPoints)
                    _points.Dequeue();
                _points.Enqueue(point);
            }
        }
    }
}
