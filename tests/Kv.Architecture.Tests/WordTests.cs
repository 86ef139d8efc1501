using System.Text.RegularExpressions;

namespace Kv.Architecture.Tests;

/// <summary>
/// Documents and comments have no phrases that make a sentence hard to read, and no lines that are too long.
/// </summary>
internal sealed partial class WordTests
{
    private const int MaxLineLength = 120;

    private static readonly string[] Phrases =
    [
        "all the same", "as ever", "as it comes", "by turns", "come to be", "comes to be", "came to be",
        "give or take", "in vain", "it is over", "none of them", "of a sudden", "that which", "turned away",
        "what is there", "goes on", "nobody", "stands in", "those who", "whoever",
    ];

    // The start of a sentence whose subject has no name.
    private static readonly Regex Subject = new(
        @"(^\s*///?\s*|[.:]\s+(///?\s*)?)(<[^>]*>)*(Who|What|Whichever|None|Such|One that|Those (that|who|of))\b",
        RegexOptions.Multiline);

    private static readonly string[] Documents =
    [
        .. Directory.EnumerateFiles(Path.Combine(Layers.Root, "docs"), "*.md", SearchOption.AllDirectories),
        .. Directory.EnumerateFiles(Layers.Root, "*.md"),
    ];

    private static readonly string GeneratedClients = Path.Combine("OpenApi", "Clients");

    private static readonly string[] Code =
    [
        .. Layers.Sources,
        .. Layers.SourcesOf("tests").Where(path => !path.Contains(GeneratedClients, StringComparison.Ordinal)),
    ];

    private static readonly Regex Phrase = new(
        $@"\b({string.Join('|', Phrases).Replace(" ", @"[\s/]+", StringComparison.Ordinal)})\b",
        RegexOptions.IgnoreCase);

    [Test]
    public void No_document_has_a_phrase_that_needs_a_second_reading() =>
        Assert.That(Documents.SelectMany(path => Hits(path, File.ReadAllText(path))), Is.Empty);

    [Test]
    public void No_comment_has_a_phrase_that_needs_a_second_reading() =>
        Assert.That(Code.SelectMany(path => Hits(path, Comments(File.ReadAllText(path)))), Is.Empty);

    [Test]
    public void No_sentence_of_a_comment_begins_without_the_name_of_its_subject() =>
        Assert.That(Code.SelectMany(path => Hits(path, Comments(File.ReadAllText(path)), Subject)), Is.Empty);

    [TestCase("// Who asks is answered.")]
    [TestCase("/// <summary>What it does.</summary>")]
    [TestCase("// One. Those that wait are\n    // many.")]
    [TestCase("// One.\n    // None of it.")]
    public void The_search_finds_a_sentence_without_the_name_of_its_subject(string text) =>
        Assert.That(Subject.IsMatch(text), Is.True);

    [TestCase("// It says What is said.")]
    [TestCase("// The mode is None.")]
    public void The_search_ignores_these_words_within_a_sentence(string text) =>
        Assert.That(Subject.IsMatch(text), Is.False);

    [TestCase("Replicas write by turns.")]
    [TestCase("Replicas write by\r\nturns.")]
    [TestCase("// Replicas write by\n    // turns.")]
    public void The_search_finds_a_phrase_across_lines(string text) => Assert.That(Phrase.IsMatch(text), Is.True);

    [Test]
    public void The_search_reads_only_comments() => Assert.That(
        Comments("Say(\"by turns\"); // in order\n/// <summary>One.</summary>\nvar nobody = 1;\n"),
        Is.EqualTo("\n/// <summary>One.</summary>\n\n"));

    [Test]
    public void No_line_of_a_document_is_too_long() => Assert.That(Documents.SelectMany(LongLines), Is.Empty);

    [Test]
    public void No_line_of_code_is_too_long() => Assert.That(Code.SelectMany(LongLinesOfCode), Is.Empty);

    private static IEnumerable<string> Hits(string path, string text, Regex? phrase = null) =>
        from Match match in (phrase ?? Phrase).Matches(text)
        select $"{Layers.Relative(path)}:{text.AsSpan(0, match.Index).Count('\n') + 1}: {match.Value.Trim()}";

    // The lines that are comments; the others are empty.
    private static string Comments(string code) => CodeLine().Replace(code, "");

    // Texts cannot always be wrapped.
    private static IEnumerable<string> LongLinesOfCode(string path)
    {
        var isText = false;
        foreach (var (number, line) in File.ReadLines(path).Index())
        {
            var quotes = RawText().Count(line);
            if (!isText && quotes == 0 && line.Length > MaxLineLength && !LongText().IsMatch(line))
                yield return $"{Layers.Relative(path)}:{number + 1}: {line.Length} columns";
            isText ^= quotes % 2 == 1;
        }
    }

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

    [GeneratedRegex(@"^(?!\s*//).*", RegexOptions.Multiline)]
    private static partial Regex CodeLine();

    [GeneratedRegex("\"{3,}")]
    private static partial Regex RawText();

    [GeneratedRegex("\"[^\"]{60,}")]
    private static partial Regex LongText();

    [GeneratedRegex(@"\]\(\S{60,}\)")]
    private static partial Regex Link();
}
