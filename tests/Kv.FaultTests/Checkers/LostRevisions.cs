using System.Globalization;
using System.Text.RegularExpressions;
using Kv.FaultTests.History;

namespace Kv.FaultTests.Checkers;

/// <summary>
/// Revisions that the store had forgotten before webhooks were told of them. Kv logs that; of each key the last state
/// in them is told.
/// </summary>
/// <param name="After">The revision behind which they begin.</param>
/// <param name="Through">The last of them.</param>
/// <param name="At">When that was logged.</param>
internal sealed partial record LostRevisions(long After, long Through, long At)
{
    /// <summary>What a line of a log says of them; null when it is about something else.</summary>
    public static LostRevisions? Of(LogLine line) => Pattern().Match(line.Message) is { Success: true } match
        ? new LostRevisions(Number(match.Groups[1]), Number(match.Groups[2]), line.At)
        : null;

    private static long Number(Group group) => long.Parse(group.ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(
        @"^The store has forgotten the changes after revision (\d+) and through (\d+) before they were read")]
    private static partial Regex Pattern();
}
