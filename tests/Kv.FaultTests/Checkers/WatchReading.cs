using Kv.FaultTests.History;

namespace Kv.FaultTests.Checkers;

/// <summary>Reads one connection of a watch beside the store's history.</summary>
internal sealed class WatchReading
{
    private readonly Evidence _evidence;
    private readonly WatchConnection _connection;
    private readonly List<KeyVersion> _due;
    private readonly HashSet<(long, string)> _seen = [];
    private readonly long? _begin;
    private int _next;
    private long _through;

    public WatchReading(Evidence evidence, WatchConnection connection)
    {
        (_evidence, _connection) = (evidence, connection);
        _begin = connection.Since ?? connection.Revision;
        _through = _begin ?? 0;
        _due = connection.Status == 200 && _begin is { } begin
            ? [.. evidence.Store.InOrder.Where(change => change.Revision > begin && IsWatched(change))]
            : [];
        if (connection is { Status: 200, Since: { } since, Revision: { } revision } && since != revision)
            Faults.Add($"asked to begin behind {since}, it says that it begins behind {revision}");
        if (connection.Status == 410)
            CheckGone(connection.Since, connection.End);
    }

    /// <summary>Its violations.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>The last id that came.</summary>
    public long? LastId { get; private set; }

    public void Read(WatchEvent one)
    {
        if (one.Name == "gone")
            CheckGone(LastId ?? _begin, one.At);
        else if (one.Name is null)
            ReadBeat(one);
        else
            ReadChange(one);
        LastId = one.Id ?? LastId;
    }

    /// <summary>The connection is over.</summary>
    public void End(bool isLast)
    {
        // A reader whose connection held to the end of a run that came to rest has received everything. A reader whose
        // changes are gone begins again, as another watch.
        if (
            isLast && _connection is { Status: 200, OldestRevision: null }
                && _evidence.Run.SettledRevision is { } settled)
            Pass(settled, $"up to revision {settled}, at which the run came to rest");
    }

    private void ReadBeat(WatchEvent one)
    {
        if (one.Id is not { } id)
            return;
        if (id < _through)
            Faults.Add($"its id goes back from {_through} to {id} at {CallText.Time(one.At)}");
        Pass(id, $"up to id {id} at {CallText.Time(one.At)}");
        _through = Math.Max(_through, id);
    }

    private void ReadChange(WatchEvent one)
    {
        var text = $"{one.Name} '{one.Key}' = {one.Value} at revision {one.ETag}, at {CallText.Time(one.At)}";
        if (one.ETag is not { } revision || one.Key is not { } key)
        {
            Faults.Add($"an event without a key or a revision: {text}");
            return;
        }
        if (!_seen.Add((revision, key)))
        {
            Faults.Add($"delivered twice: {text}");
            return;
        }
        if (revision <= _through)
            Faults.Add($"delivered after revision {_through}, which was complete: {text}");
        Pass(revision - 1, text);
        if (_due.Find(change => change.Revision == revision && change.Name.Key == key) is not { } change)
        {
            Faults.Add($"delivered, but the store has no such change: {text}");
            return;
        }
        if (
            new SeenChange(one.Name, one.Value, one.ExpireAt, one.Reason)
                .Difference(_evidence, change) is { } difference)
            Faults.Add(
                $"{difference}; the store has {change}, before it {change.Before?.ToString() ?? "none"}: {text}");
        var isWhole = Group(revision).All(other => _seen.Contains((revision, other.Name.Key)));
        if (isWhole)
            Skip(revision);
        if (one.Id is not null && !isWhole)
            Faults.Add($"an id in the middle of a revision: {text}");
        else if (isWhole && one.Id != revision)
            Faults.Add($"the last event of a revision has the id {one.Id}: {text}");
        if (isWhole)
            _through = Math.Max(_through, revision);
    }

    // All changes up to a revision must have been delivered by now.
    private void Pass(long revision, string by)
    {
        var missing = new List<KeyVersion>();
        for (; _next < _due.Count && _due[_next].Revision <= revision; _next++)
            if (!_seen.Contains((_due[_next].Revision, _due[_next].Name.Key)))
                missing.Add(_due[_next]);
        if (missing.Count > 0)
            Faults.Add(
                $"{missing.Count} changes were not delivered by {by}: "
                    + $"{CallText.Some(missing, change => change.ToString())}");
    }

    private void Skip(long revision)
    {
        while (_next < _due.Count && _due[_next].Revision <= revision)
            _next++;
    }

    private IEnumerable<KeyVersion> Group(long revision) =>
        _due.Skip(_next).TakeWhile(change => change.Revision <= revision).Where(change => change.Revision == revision);

    private void CheckGone(long? position, long at)
    {
        if (position is not { } after)
            Faults.Add("gone, although it was to begin now");
        else if (!_evidence.IsCompacted(after, at))
            Faults.Add($"gone at {CallText.Time(at)}, although nothing behind revision {after} was compacted");
    }

    private bool IsWatched(KeyVersion change) => change.Name.Tenant == _connection.Tenant
        && (_connection.Key is { } key ? change.Name.Key == key
            : change.Name.Key.StartsWith(_connection.Prefix ?? "", StringComparison.Ordinal));
}
