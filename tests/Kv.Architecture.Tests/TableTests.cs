namespace Kv.Architecture.Tests;

/// <summary>
/// The tables and the code of the documents: a blank line inside a table, or a cell too many, shows as text when it is
/// rendered.
/// </summary>
internal sealed class TableTests
{
    private static IEnumerable<string> Documents =>
        Directory.EnumerateFiles(Path.Combine(Layers.Root, "docs"), "*.md", SearchOption.AllDirectories)
            .Append(Path.Combine(Layers.Root, "README.md")).Select(Layers.Relative).Order();

    [TestCaseSource(nameof(Documents))]
    public void Every_table_is_well_formed(string document) => Assert.That(
        Broken(File.ReadAllLines(Path.Combine(Layers.Root, document))), Is.Empty);

    [TestCaseSource(nameof(Documents))]
    public void Code_is_between_fences(string document) => Assert.That(
        Indented(File.ReadAllLines(Path.Combine(Layers.Root, document))), Is.Empty,
        "a tool that wraps text joins the lines of other code");

    [TestCase(0, "```sh", "", "    a", "```", "- b", "", "  c")]
    [TestCase(1, "a:", "", "    b", "    c")]
    public void Code_without_fences_is_found(int expected, params string[] lines) =>
        Assert.That(Indented(lines).Count(), Is.EqualTo(expected));

    [TestCase(0, "| a | b |", "|---|---|", "| 1 | `x \\| y` |")]
    [TestCase(1, "| a | b |", "|---|---|", "| 1 | 2 |", "", "| 3 | 4 |")]
    [TestCase(1, "| a | b |", "|---|---|", "| 1 | 2 | 3 |")]
    [TestCase(1, "| a | b |", "| 1 | 2 |")]
    public void A_broken_table_is_found(int expected, params string[] lines) =>
        Assert.That(Broken(lines).Count(), Is.EqualTo(expected));

    private static IEnumerable<string> Indented(string[] lines)
    {
        var isCode = false;
        for (var i = 1; i < lines.Length; i++)
        {
            isCode ^= lines[i - 1].StartsWith("```", StringComparison.Ordinal);
            if (!isCode && lines[i - 1].Length == 0 && lines[i].StartsWith("    ", StringComparison.Ordinal))
                yield return $"{i + 1}: {lines[i]}";
        }
    }

    private static IEnumerable<string> Broken(string[] lines)
    {
        var (columns, isCode) = (0, false);
        for (var i = 0; i < lines.Length; i++)
        {
            isCode ^= lines[i].StartsWith("```", StringComparison.Ordinal);
            if (isCode || !lines[i].StartsWith('|'))
            {
                columns = 0;
                continue;
            }
            var begins = columns == 0;
            if (begins)
                columns = Cells(lines[i]);
            if (
                Cells(lines[i]) != columns
                    || (begins && !(i + 1 < lines.Length && lines[i + 1].StartsWith("|--", StringComparison.Ordinal))))
            {
                yield return $"{i + 1}: {lines[i]}";
                // The rest of the table would repeat the same mistake.
                while (i + 1 < lines.Length && lines[i + 1].StartsWith('|'))
                    i++;
            }
        }
    }

    private static int Cells(string line) =>
        line.Replace("\\|", "", StringComparison.Ordinal).Count(letter => letter == '|') - 1;
}
