using System.Globalization;
using System.Text.RegularExpressions;
using Kv.FaultTests.History;

namespace Kv.FaultTests.Checkers;

/// <summary>
/// Revisions that were compacted before webhooks received them. Kv logs that, and sends the last state of each key in
/// them.
/// </summary>
/// <param name="After">The revision after which they begin.</param>
/// <param name="Through">The last of them.</param>
/// <param name="At">When that was logged.</param>
internal sealed partial record LostRevisions(long After, long Through, long At)
{
    /// <summary>Parses them from a line of the log; null when the line is about something else.</summary>
    public static LostRevisions? Of(LogLine line) => Pattern().Match(line.Message) is { Success: true } match
        ? new LostRevisions(Number(match.Groups[1]), Number(match.Groups[2]), line.At)
        : null;

    private static long Number(Group group) => long.Parse(group.ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(
        @"^The store has compacted the changes after revision (\d+) and through (\d+) before they were read")]
    private static partial Regex Pattern();
}
