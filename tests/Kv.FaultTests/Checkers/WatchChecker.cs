using Kv.FaultTests.History;

namespace Kv.FaultTests.Checkers;

/// <summary>
/// A watch delivers every change of its keys after its start, once, in order and with the fields of the store; an
/// <c>id</c> comes only with the last event of a revision, so that the watch resumes after one, at any replica,
/// without a gap. It is <c>gone</c> only when due changes were compacted.
/// </summary>
internal sealed class WatchChecker : IChecker
{
    public IEnumerable<string> Check(Evidence evidence)
    {
        var events = evidence.All<WatchEvent>().ToLookup(one => (one.Watch, one.Connection));
        foreach (var watch in evidence.All<WatchConnection>().GroupBy(connection => connection.Watch))
        {
            var connections = watch.OrderBy(connection => connection.Number).ToList();
            long? seen = null;
            foreach (var connection in connections)
            {
                var reading = new WatchReading(evidence, connection);
                foreach (var one in events[(connection.Watch, connection.Number)])
                    reading.Read(one);
                reading.End(isLast: connection == connections[^1]);
                if (seen is not null && connection.Since is not null && connection.Since != seen)
                    yield return $"the reader of {watch.Key} went on behind {connection.Since} and not behind "
                        + $"{seen}, the last id that it had";
                foreach (var fault in reading.Faults)
                    yield return $"{fault}; {CallText.Of(connection)}";
                seen = reading.LastId ?? seen;
            }
        }
    }
}
