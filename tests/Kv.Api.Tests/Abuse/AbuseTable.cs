using System.Globalization;
using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.Abuse;

/// <summary>What was measured, as a table in Markdown.</summary>
internal sealed class AbuseTable(Engine engine, Told quiet)
{
    private readonly List<string> _rows =
    [
        $"| attack ({engine.ToString().ToLowerInvariant()}) | answers | neighbour's PUT p99, ms | GET p99, ms | "
            + "times the quiet | not answered | memory before, MB | after, MB |",
        "|---|---|---:|---:|---:|---:|---:|---:|",
    ];

    public void Add(string name, Told told, long? before = null, long? after = null) => _rows.Add(
        $"| {name} | {told} | {Text(Told.P99(told.Writes))} | {Text(Told.P99(told.Reads))} | {Ratio(told)} | "
            + $"{told.MissedCount} | "
        + $"{Megabytes(before)} | {Megabytes(after)} |");

    /// <summary>Prints the table, and appends it to the file that <c>KV_ABUSE_TABLE</c> names.</summary>
    public void Write()
    {
        var table = string.Join('\n', _rows) + "\n\n";
        TestContext.Out.WriteLine(table);
        if (Environment.GetEnvironmentVariable("KV_ABUSE_TABLE") is { Length: > 0 } path)
            File.AppendAllText(path, table);
    }

    private string Ratio(Told told) =>
        $"{Text(Told.P99(told.Writes) / Told.P99(quiet.Writes))} and "
            + $"{Text(Told.P99(told.Reads) / Told.P99(quiet.Reads))}";

    private static string Text(double number) => number.ToString("f1", CultureInfo.InvariantCulture);

    private static string Megabytes(long? bytes) => (bytes / 1_000_000)?.ToString(CultureInfo.InvariantCulture) ?? "";
}
