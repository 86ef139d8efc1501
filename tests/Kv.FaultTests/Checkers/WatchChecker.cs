using Kv.FaultTests.History;

namespace Kv.FaultTests.Checkers;

/// <summary>
/// A watch tells every change of its keys behind where it begins, once, in order and with what the store has; an
/// <c>id</c> comes with the last event of a revision alone, so that the watch resumes after one, at any replica,
/// without a gap. It is <c>gone</c> only when what is due was compacted.
/// </summary>
internal sealed class WatchChecker : IChecker
{
    public IEnumerable<string> Check(Evidence evidence)
    {
        var events = evidence.All<WatchEvent>().ToLookup(one => (one.Watch, one.Connection));
        foreach (var watch in evidence.All<WatchConnection>().GroupBy(connection => connection.Watch))
        {
            var connections = watch.OrderBy(connection => connection.Number).ToList();
            long? told = null;
            foreach (var connection in connections)
            {
                var reading = new WatchReading(evidence, connection);
                foreach (var one in events[(connection.Watch, connection.Number)])
                    reading.Read(one);
                reading.End(isLast: connection == connections[^1]);
                if (told is not null && connection.Since is not null && connection.Since != told)
                    yield return $"the reader of {watch.Key} went on behind {connection.Since} and not behind "
                        + $"{told}, the last id that it had";
                foreach (var fault in reading.Faults)
                    yield return $"{fault}; {CallText.Of(connection)}";
                told = reading.LastId ?? told;
            }
        }
    }
}
