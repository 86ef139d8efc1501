using Kv.FaultTests.Checkers;

namespace Kv.FaultTests.Planting;

public sealed class PlantedBugsTests
{
    private static IEnumerable<string> Names => PlantedBugs.All.Select(bug => bug.Name);

    // Where the source has changed, the bug is to be planted anew.
    [TestCaseSource(nameof(Names))]
    public void A_bug_has_its_place_in_the_source(string name)
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
    public void Each_bug_is_found_by_checkers_that_there_are() => Assert.That(
        PlantedBugs.All.SelectMany(bug => bug.FoundBy).Distinct(), Is.SubsetOf(Judge.Names.Append("settling")));

    [Test]
    public void A_bug_that_there_is_not_is_named() => Assert.That(
        () => PlantedCommand.Chosen(["no-such"]),
        Throws.ArgumentException.With.Message.StartsWith("--planted: there is no 'no-such'"));
}
