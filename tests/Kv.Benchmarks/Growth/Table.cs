using System.Globalization;

namespace Kv.Benchmarks.Growth;

/// <summary>A table in Markdown. A column of which no row has anything is left out.</summary>
internal sealed class Table(params string[] columns)
{
    private readonly List<string[]> _rows = [];

    public void Row(params object?[] cells)
    {
        _rows.Add([.. cells.Select(Text)]);
        // It takes minutes: the reader sees the progress.
        Console.Error.WriteLine($"  {string.Join(", ", columns.Zip(_rows[^1], (column, cell) => $"{column} {cell}"))}");
    }

    public void Print(string title)
    {
        var kept = Enumerable.Range(0, columns.Length).Where(column => _rows.Any(row => row[column].Length > 0))
            .ToArray();
        Console.WriteLine($"{title}:\n");
        Line(column => columns[column]);
        Line(_ => "---:");
        foreach (var row in _rows)
            Line(column => row[column]);
        Console.WriteLine();

        void Line(Func<int, string> cell) => Console.WriteLine($"| {string.Join(" | ", kept.Select(cell))} |");
    }

    public static string MiB(long? bytes) =>
        bytes is { } some ? (some / 1048576.0).ToString("F0", CultureInfo.InvariantCulture) : "";

    private static string Text(object? cell) => cell switch
    {
        int number => number.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', ' '),
        double number => number.ToString(number < 10 ? "F2" : "F1", CultureInfo.InvariantCulture),
        null => "",
        _ => cell.ToString()!,
    };
}
