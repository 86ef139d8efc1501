using System.Text.RegularExpressions;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Documents;

/// <summary>Each alert fires for its cause, from the first event on, and for nothing else.</summary>
internal sealed partial class AlertTests
{
    private static readonly string Root = ExampleProcess.Root();

    // A counter that first appears with an event shows no increase by that event.
    [Test]
    public async Task The_counters_of_the_alerts_exist_from_the_start()
    {
        var counters = Rise().Matches(await File.ReadAllTextAsync(Path.Combine(Root, "docs", "deploy", "alerts.yaml")))
            .Select(match => match.Groups[1].Value).Distinct().ToList();
        using var data = new TemporaryDirectory();
        await using var process = KvProcess.Start(("STORE", "embedded"), ("DATA_DIR", data.Path));

        var scrape = await Scrape.Of(await process.Client());

        Assert.That(counters, Has.Count.GreaterThan(2));
        using (Assert.EnterMultipleScope())
            foreach (var counter in counters)
                Assert.That(scrape.Sum(counter), Is.Zero, counter);
    }

    [TestCase("check", "docs/deploy/alerts.yaml")]
    [TestCase("test", "tests/Kv.Api.Tests/Documents/alerts.test.yaml")]
    public async Task Rules_are_right_by_Prometheus_own_tool(string verb, string file)
    {
        var (exitCode, output) = await Promtool.Run(Root, "", verb, "rules", file);

        Assert.That(exitCode, Is.Zero, output);
    }

    [Test]
    public async Task Promtool_objects_only_to_the_names_of_the_runtimes_metrics()
    {
        var scrape = await (await MeasuredKv.Shared(Engine.Embedded)).Scrape();

        var (_, output) = await Promtool.Run(Root, scrape.Text, "check", "metrics");

        Assert.That(
            output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !RuntimeName().IsMatch(line)),
            Is.Empty);
    }

    // Kv's own counters, which it creates at its start. It does not create the series of a histogram then.
    [GeneratedRegex(@"\bincrease\((kv_[a-z_]+_total)")]
    private static partial Regex Rise();

    [GeneratedRegex("^dotnet_[a-z_]+_count non-histogram")]
    private static partial Regex RuntimeName();
}
