using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Kv.Architecture.Tests;

/// <summary>Code that no source of the product may contain.</summary>
internal sealed partial class SourceTests
{
    [Test]
    public void Time_is_read_from_a_TimeProvider() =>
        Assert.That(Matching(WallClock()), Is.Empty);

    [Test]
    public void Nothing_blocks_a_thread() => Assert.That(Matching(Blocking()), Is.Empty);

    [TestCase("var now = DateTimeOffset.UtcNow;")]
    [TestCase("var now = DateTime.Now;")]
    [TestCase("var day = DateTime.Today;")]
    public void The_search_for_clocks_finds_them(string line) => Assert.That(WallClock().IsMatch(line), Is.True);

    [TestCase("Thread.Sleep(1);")]
    [TestCase("var value = task.Result;")]
    [TestCase("task.Wait();")]
    [TestCase("task.GetAwaiter().GetResult();")]
    [TestCase("Task.WaitAll(tasks);")]
    public void The_search_for_blocking_calls_finds_them(string line) => Assert.That(Blocking().IsMatch(line), Is.True);

    [TestCase("context.Result = Of(status);")]
    [TestCase("await gate.WaitAsync();")]
    [TestCase("// never call .Result")]
    public void The_search_for_blocking_calls_ignores_other_calls(string line) =>
        Assert.That(Blocking().IsMatch(Code(line)), Is.False);

    [Test]
    public void Log_messages_are_in_files_of_their_own() => Assert.That(
        Layers.Sources
            .Where(path => !path.EndsWith(".Log.cs", StringComparison.Ordinal)
                && File.ReadAllText(path).Contains("[LoggerMessage(", StringComparison.Ordinal))
            .Select(Layers.Relative),
        Is.Empty);

    [Test]
    public void Every_version_of_a_package_is_in_one_place()
    {
        var known = Load(Path.Combine(Layers.Root, "Directory.Packages.props")).Descendants("PackageVersion").ToList();
        var projects = Directory.EnumerateFiles(Layers.Root, "*.csproj", SearchOption.AllDirectories)
            .Append(Path.Combine(Layers.Root, "Directory.Build.props"))
            .Append(Path.Combine(Layers.Root, "tests", "Directory.Build.props"));

        Assert.That(known.Select(package => (string?)package.Attribute("Include")), Is.Unique.And.All.Not.Null);
        Assert.That(known.Select(package => (string?)package.Attribute("Version")), Has.All.Not.Empty);
        foreach (var project in projects)
        {
            var references = Load(project).Descendants("PackageReference").ToList();
            Assert.That(
                references.Where(
                    reference => reference.Attributes()
                        .Any(attribute => attribute.Name.LocalName.StartsWith("Version"))),
                Is.Empty, Layers.Relative(project));
            Assert.That(
                references.Select(reference => (string?)reference.Attribute("Include")),
                Is.SubsetOf(known.Select(package => (string?)package.Attribute("Include"))), Layers.Relative(project));
        }
    }

    private static XDocument Load(string path) => XDocument.Load(path);

    private static IEnumerable<string> Matching(Regex pattern) =>
        from path in Layers.Sources
        from line in File.ReadLines(path).Select((text, index) => (Text: Code(text), Number: index + 1))
        where pattern.IsMatch(line.Text)
        select $"{Layers.Relative(path)}:{line.Number}: {line.Text.Trim()}";

    // Comments may name what the code may not use.
    private static string Code(string line)
    {
        var comment = line.IndexOf("//", StringComparison.Ordinal);
        return comment < 0 || line.AsSpan(0, comment).Contains('"') ? line : line[..comment];
    }

    [GeneratedRegex(@"\b(DateTime|DateTimeOffset)\.(UtcNow|Now|Today)\b|\bStopwatch\.|\bEnvironment\.TickCount")]
    private static partial Regex WallClock();

    // An assignment to a property of that name does not block.
    [GeneratedRegex(@"\bThread\.Sleep\b|\.Result\b(?!\s*(=[^=>]|\())|\.Wait\(|\.GetAwaiter\(\)\.GetResult\(\)|\bTask\.Wait(All|Any)\(")]
    private static partial Regex Blocking();
}
