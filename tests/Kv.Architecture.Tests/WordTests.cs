using System.Text.RegularExpressions;

namespace Kv.Architecture.Tests;

/// <summary>The documents have no phrases that make a sentence hard to read, and no lines that are too long.</summary>
internal sealed partial class WordTests
{
    private const int MaxLineLength = 120;

    private static readonly string[] Phrases =
    [
        "all the same", "as ever", "as it comes", "by turns", "come to be", "comes to be", "came to be",
        "give or take", "in vain", "it is over", "none of them", "of a sudden", "that which", "turned away",
        "what is there", "goes on", "nobody", "stands in", "those who", "whoever",
    ];

    private static readonly string[] Documents =
    [
        .. Directory.EnumerateFiles(Path.Combine(Layers.Root, "docs"), "*.md", SearchOption.AllDirectories),
        .. Directory.EnumerateFiles(Layers.Root, "*.md"),
    ];

    [Test]
    public void No_document_has_a_phrase_that_needs_a_second_reading() =>
        Assert.That(Using(Phrases, Documents), Is.Empty);

    [TestCase("Replicas write by turns.")]
    [TestCase("Replicas write by\r\nturns.")]
    public void The_search_finds_a_phrase_across_lines(string text) =>
        Assert.That(Pattern(["by turns"]).IsMatch(text), Is.True);

    [Test]
    public void No_line_of_a_document_is_too_long() => Assert.That(Documents.SelectMany(LongLines), Is.Empty);

    private static IEnumerable<string> Using(string[] phrases, IEnumerable<string> paths)
    {
        var pattern = Pattern(phrases);
        return from path in paths
               let text = File.ReadAllText(path)
               from Match match in pattern.Matches(text)
               select $"{Layers.Relative(path)}:{text.AsSpan(0, match.Index).Count('\n') + 1}: {match.Value}";
    }

    private static Regex Pattern(string[] phrases) => new(
        $@"\b({string.Join('|', phrases).Replace(" ", @"\s+", StringComparison.Ordinal)})\b",
        RegexOptions.IgnoreCase);

    // Tables, code and links cannot be wrapped.
    private static IEnumerable<string> LongLines(string path)
    {
        var isCode = false;
        foreach (var (number, line) in File.ReadLines(path).Index())
        {
            var isFence = line.TrimStart().StartsWith("```", StringComparison.Ordinal);
            isCode ^= isFence;
            if (!isCode && !isFence && line.Length > MaxLineLength && !line.StartsWith('|') && !Link().IsMatch(line))
                yield return $"{Layers.Relative(path)}:{number + 1}: {line.Length} columns";
        }
    }

    [GeneratedRegex(@"\]\(\S{60,}\)")]
    private static partial Regex Link();
}
