using Kv.FaultTests.History;

namespace Kv.FaultTests.Checkers;

/// <summary>
/// Kv logs an error only for a fault in Kv, of which there is none, and says that changes are lost only where the store
/// was compacted.
/// </summary>
internal sealed class LogChecker : IChecker
{
    public IEnumerable<string> Check(Evidence evidence)
    {
        foreach (var line in evidence.All<LogLine>())
            if (line.Level is "Error" or "Critical")
                yield return $"{line.Replica} at {CallText.Time(line.At)}: {line.Level}: {line.Category}: "
                    + $"{line.Message}" +
                    (line.Exception is { } exception ? $" ({exception.Split('\n')[0]})" : "");
            else if (LostRevisions.Of(line) is not null && !evidence.IsCompacted(0, line.At))
                yield return $"{line.Replica} at {CallText.Time(line.At)} has lost changes, although nothing was "
                    + $"compacted: {line.Message}";
    }
}
