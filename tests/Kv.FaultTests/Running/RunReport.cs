using System.Globalization;
using Kv.FaultTests.Checkers;
using Kv.FaultTests.History;

namespace Kv.FaultTests.Running;

/// <summary>The report of runs: a line of a table for each, and the violations.</summary>
internal sealed class RunReport(TextWriter output)
{
    private const int MostShown = 20;
    private const int MostLetters = 2000;

    private static readonly string[] Columns =
        ["calls", "failed", "unknown", "faults", "changes", "watch events", "webhook calls", "broken"];

    private readonly long[] _totals = new long[Columns.Length];
    private int _runs;

    /// <summary>Begins the table.</summary>
    public void Begin()
    {
        output.WriteLine($"| engine   | seed  | {string.Join(" | ", Columns)} |");
        output.WriteLine($"|----------|------:|{string.Concat(Columns.Select(column => $"{new string('-', column.Length + 1)}:|"))}");
    }

    /// <summary>Prints the line of a run.</summary>
    public void Tell(RunHistory history, IReadOnlyList<Violation> violations)
    {
        var calls = history.All<Call>();
        long[] counts =
        [
            calls.Count,
            calls.Count(call => call.Outcome == CallOutcome.Failed),
            calls.Count(call => call.Outcome == CallOutcome.Unknown),
            history.All<Fault>().Count,
            history.All<StoredChange>().Count,
            history.All<WatchEvent>().Count(seen => seen.Name is not null),
            history.All<WebhookArrival>().Count,
            violations.Count,
        ];
        for (var i = 0; i < counts.Length; i++)
            _totals[i] += counts[i];
        _runs++;
        Row(history.Run.Engine, history.Run.Seed.ToString(CultureInfo.InvariantCulture), counts);
    }

    /// <summary>Ends the table with the sums of it.</summary>
    public void End()
    {
        if (_runs > 1)
            Row("all", _runs.ToString(CultureInfo.InvariantCulture), _totals);
    }

    /// <summary>Prints the violations.</summary>
    public static string Of(IReadOnlyList<Violation> violations) => string.Join('\n', violations.Take(MostShown)
        .Select(violation => $"{violation.Checker}: {violation.Text[..Math.Min(violation.Text.Length, MostLetters)]}")
        .Append(violations.Count > MostShown ? $"... and {violations.Count - MostShown} more" : "")).TrimEnd();

    private void Row(string engine, string seed, long[] counts) => output.WriteLine(
        $"| {engine,-8} | {seed,5} | {string.Join(" | ", Columns.Select((column, i) => counts[i].ToString(CultureInfo.InvariantCulture).PadLeft(column.Length)))} |");
}
