using System.Text.RegularExpressions;

namespace Kv.Architecture.Tests;

/// <summary>docs/reliability.md names tests and checkers for its promises: all of these exist.</summary>
internal sealed partial class ReliabilityTests
{
    [Test]
    public void Every_test_and_every_checker_that_the_promises_name_exists()
    {
        var named = Name().Matches(File.ReadAllText(Path.Combine(Layers.Root, "docs", "reliability.md")))
            .Select(name => name.Groups[1].Value).Distinct().ToList();
        var there = Layers.SourcesOf("tests").Select(path => Path.GetFileNameWithoutExtension(path)).ToHashSet();

        Assert.That(named, Has.Count.GreaterThan(30));
        Assert.That(named.Where(name => !there.Contains(name)), Is.Empty);
    }

    [GeneratedRegex(@"`(?:\w+\.)?(\w+(?:Tests|Checker))`")]
    private static partial Regex Name();
}
