using System.Diagnostics.Metrics;
using Kv.Domain.Watching;
using Kv.Infrastructure.Diagnostics;

namespace Kv.Infrastructure.Changes;

/// <summary>
/// Measures how far the leader's watch lags behind the writes. The store does not report when a revision was written,
/// but this replica knows the time of its own writes. It compares a sample of them, at most one per millisecond, with
/// the watch's position.
/// </summary>
internal sealed class WatchLag
{
    // A watch that makes no progress must not fill the memory: only the oldest samples matter.
    private const int MaxSamples = 4096;

    private readonly Lock _gate = new();
    private readonly Queue<(long Revision, long At)> _unread = new();
    private readonly KeyLayout _layout;
    private readonly TimeProvider _time;
    private readonly long _interval;
    private long _sampledAt;
    private long _written;
    private long? _read;

    public WatchLag(KeyLayout layout, IMeterFactory meters, TimeProvider time)
    {
        (_layout, _time) = (layout, time);
        _interval = time.TimestampFrequency / 1000;
        var meter = meters.Create(Telemetry.Name);
        meter.CreateObservableGauge(
            "kv.store.written_revision", Written, "{revision}", "The last revision at which this replica wrote keys.");
        meter.CreateObservableGauge(
            "kv.watcher.read_revision", Read, "{revision}", "The revision up to which the leader has read changes.");
        meter.CreateObservableGauge(
            "kv.watcher.lag.revisions", Revisions, "{revision}",
            "How many revisions the leader's watch is behind the leader's own writes.");
        meter.CreateObservableGauge(
            "kv.watcher.lag.time", Seconds, "s",
            "How long ago the leader wrote the oldest change that its watch has not delivered yet.");
    }

    /// <inheritdoc cref="IWatcherStatus.Lag"/>
    public WatcherLag? Current
    {
        get
        {
            lock (_gate)
            {
                if (_read is not { } read)
                    return null;
                return _unread.TryPeek(out var oldest)
                    ? new WatcherLag(Math.Max(0, _written - read), _time.GetElapsedTime(oldest.At))
                    : new WatcherLag(0, TimeSpan.Zero);
            }
        }
    }

    /// <summary>Records a confirmed write of this replica.</summary>
    public void Committed(Transaction transaction, CommitResult result)
    {
        var now = _time.GetTimestamp();
        var last = Volatile.Read(ref _sampledAt);
        if (now - last < _interval
            || !WroteKeys(result.Succeeded ? transaction.Then : transaction.Otherwise, result.Results)
            || Interlocked.CompareExchange(ref _sampledAt, now, last) != last)
            return;
        lock (_gate)
        {
            // Not the maximum: a restored store goes back to an earlier revision.
            _written = result.Revision;
            // The watch may have delivered the write before its answer came.
            if (_read < result.Revision && _unread.Count < MaxSamples)
                _unread.Enqueue((result.Revision, now));
        }
    }

    /// <summary>The leader has read all changes up to a revision; null when this replica no longer leads.</summary>
    /// <returns>When this replica wrote that revision, as a timestamp; now, when that is not known.</returns>
    public long ReadThrough(long? revision)
    {
        var at = _time.GetTimestamp();
        lock (_gate)
        {
            _read = revision;
            if (revision is null)
                _unread.Clear();
            // Answers arrive nearly in order: a sample that is queued after a later one is removed with it.
            while (_unread.TryPeek(out var oldest) && oldest.Revision <= revision)
            {
                _unread.Dequeue();
                if (oldest.Revision == revision)
                    at = oldest.At;
            }
        }
        return at;
    }

    // Deleting an absent key writes nothing: the watch may never reach the revision of its result.
    private bool WroteKeys(IReadOnlyList<Operation> operations, IReadOnlyList<OperationResult> results)
    {
        for (var i = 0; i < operations.Count; i++)
            if (_layout.KeyValues.Contains(operations[i].Range.Start)
                && (operations[i] is Operation.Put or Operation.Touch || results[i].Deleted > 0))
                return true;
        return false;
    }

    private Measurement<long>[] Written()
    {
        lock (_gate)
            return _written > 0 ? [new(_written)] : [];
    }

    private Measurement<long>[] Read()
    {
        lock (_gate)
            return _read is { } read ? [new(read)] : [];
    }

    private Measurement<long>[] Revisions() => Current is { } lag ? [new(lag.Revisions)] : [];

    private Measurement<double>[] Seconds() => Current is { } lag ? [new(lag.Time.TotalSeconds)] : [];
}
