using Kv.FaultTests.Checkers;

namespace Kv.FaultTests.Planting;

public sealed class PlantedBugsTests
{
    private static IEnumerable<string> Names => PlantedBugs.All.Select(bug => bug.Name);

    // If the source has changed, update the planted bug.
    [TestCaseSource(nameof(Names))]
    public void The_text_that_a_bug_replaces_is_in_the_source(string name)
    {
        var bug = PlantedBugs.All.Single(bug => bug.Name == name);
        var source = File.ReadAllText(Path.Combine(Repository.Root, "src", bug.File));

        Assert.That(bug.PlantInto(source), Does.Contain($"Planted.Is(\"{name}\")"));
    }

    [Test]
    public void The_source_itself_has_no_bug_planted() => Assert.That(
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(path => File.ReadAllText(path).Contains("Planted.Is", StringComparison.Ordinal)),
        Is.Empty);

    [Test]
    public void The_checkers_of_each_bug_exist() => Assert.That(
        PlantedBugs.All.SelectMany(bug => bug.FoundBy).Distinct(), Is.SubsetOf(Judge.Names.Append("settling")));

    [Test]
    public void An_unknown_bug_is_reported_by_name() => Assert.That(
        () => PlantedCommand.Chosen(["no-such"]),
        Throws.ArgumentException.With.Message.StartsWith("--planted: there is no 'no-such'"));
}
