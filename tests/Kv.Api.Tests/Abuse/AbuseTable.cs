using System.Globalization;
using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.Abuse;

/// <summary>The measurements, as a table in Markdown.</summary>
internal sealed class AbuseTable(Engine engine, Outcome quiet)
{
    /// <summary>How many times its quiet p99 the neighbour may wait.</summary>
    public const double Goal = 5;

    private readonly List<string> _missed = [];

    private readonly List<string> _rows =
    [
        $"| attack ({engine.ToString().ToLowerInvariant()}) | answers | neighbour's PUT p99, ms | GET p99, ms | "
            + "times the quiet | not answered | memory before, MB | after, MB |",
        "|---|---|---:|---:|---:|---:|---:|---:|",
    ];

    /// <summary>The rows that miss the goal.</summary>
    public IReadOnlyList<string> Missed => _missed;

    public void Add(string name, Outcome outcome, long? before = null, long? after = null)
    {
        var (writes, reads) = (Outcome.P99(outcome.Writes), Outcome.P99(outcome.Reads));
        var (slowerWrites, slowerReads) = (writes / Outcome.P99(quiet.Writes), reads / Outcome.P99(quiet.Reads));
        if (slowerWrites > Goal || slowerReads > Goal)
            _missed.Add(name);
        _rows.Add(
            $"| {name} | {outcome} | {Text(writes)} | {Text(reads)} | {Text(slowerWrites)} and {Text(slowerReads)} | "
                + $"{outcome.MissedCount} | {Megabytes(before)} | {Megabytes(after)} |");
    }

    /// <summary>Prints the table, and appends it to the file that <c>KV_ABUSE_TABLE</c> names.</summary>
    public void Write()
    {
        var table = string.Join('\n', _rows) + "\n\n";
        TestContext.Out.WriteLine(table);
        if (Environment.GetEnvironmentVariable("KV_ABUSE_TABLE") is { Length: > 0 } path)
            File.AppendAllText(path, table);
    }

    private static string Text(double number) => number.ToString("f1", CultureInfo.InvariantCulture);

    private static string Megabytes(long? bytes) => (bytes / 1_000_000)?.ToString(CultureInfo.InvariantCulture) ?? "";
}
