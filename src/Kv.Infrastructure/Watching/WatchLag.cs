using System.Diagnostics.Metrics;
using Kv.Domain.Watching;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Watching;

/// <summary>
/// How far the leader's watch is behind what was written. A store does not tell when a revision was written, but this replica
/// knows it of what it wrote itself: a sample of that, of one write a millisecond at the most, is compared with how far the
/// watch has come.
/// </summary>
internal sealed class WatchLag : IDisposable
{
    // A watch that stands still does not fill the memory: the oldest are what counts.
    private const int MaxSamples = 4096;

    private readonly Meter _meter = new(Telemetry.Name);
    private readonly Lock _gate = new();
    private readonly Queue<(long Revision, long At)> _unread = new();
    private readonly KeyLayout _layout;
    private readonly TimeProvider _time;
    private readonly long _interval;
    private long _sampledAt;
    private long _written;
    private long? _read;

    public WatchLag(KeyLayout layout, TimeProvider time)
    {
        (_layout, _time) = (layout, time);
        _interval = time.TimestampFrequency / 1000;
        _meter.CreateObservableGauge(
            "kv.store.written_revision", Written, "{revision}", "The last revision at which this replica wrote keys.");
        _meter.CreateObservableGauge(
            "kv.watcher.read_revision", Read, "{revision}", "The revision up to which the leader has read changes.");
        _meter.CreateObservableGauge(
            "kv.watcher.lag.revisions", Revisions, "{revision}", "How many revisions the leader's watch is behind what it wrote itself.");
        _meter.CreateObservableGauge(
            "kv.watcher.lag.time", Seconds, "s", "How long ago the leader wrote the oldest change that its watch has not told yet.");
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

    /// <summary>Takes note of a write of this replica's that was just confirmed.</summary>
    public void Committed(Transaction transaction, CommitResult result)
    {
        var now = _time.GetTimestamp();
        var last = Volatile.Read(ref _sampledAt);
        if (now - last < _interval || !WroteKeys(result.Succeeded ? transaction.Then : transaction.Otherwise, result.Results)
            || Interlocked.CompareExchange(ref _sampledAt, now, last) != last)
            return;
        lock (_gate)
        {
            _written = Math.Max(_written, result.Revision);
            // The watch can be faster than the answer.
            if (_read < result.Revision && _unread.Count < MaxSamples)
                _unread.Enqueue((result.Revision, now));
        }
    }

    /// <summary>The leader has read all changes up to a revision; null when this replica does not lead any more.</summary>
    /// <returns>When this replica wrote that revision, as a timestamp; now, where it did not or does not know.</returns>
    public long ReadThrough(long? revision)
    {
        var at = _time.GetTimestamp();
        lock (_gate)
        {
            _read = revision;
            if (revision is null)
                _unread.Clear();
            // Answers come in no order, but nearly so: whatever stands behind a later one goes with it.
            while (_unread.TryPeek(out var oldest) && oldest.Revision <= revision)
            {
                _unread.Dequeue();
                if (oldest.Revision == revision)
                    at = oldest.At;
            }
        }
        return at;
    }

    public void Dispose() => _meter.Dispose();

    // What deletes nothing writes nothing, and tells a revision that the watch may never come to.
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
