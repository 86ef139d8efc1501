using System.Text.RegularExpressions;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Documents;

/// <summary>That the alerts are raised by what they are for, from the first time on, and by nothing else.</summary>
internal sealed partial class AlertTests
{
    private static readonly string Root = ExampleProcess.Root();

    // A count that came with its first event would show no rise by it.
    [Test]
    public async Task What_is_to_rise_is_there_from_the_start()
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
    public async Task Nothing_but_the_names_of_the_runtimes_metrics_is_to_be_said_of_what_is_scraped()
    {
        var scrape = await (await MeasuredKv.Shared(Engine.Embedded)).Scrape();

        var (_, output) = await Promtool.Run(Root, scrape.Text, "check", "metrics");

        Assert.That(
            output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !RuntimeName().IsMatch(line)),
            Is.Empty);
    }

    // Kv's own, which are made when it starts; those of a histogram are not.
    [GeneratedRegex(@"\bincrease\((kv_[a-z_]+_total)")]
    private static partial Regex Rise();

    [GeneratedRegex("^dotnet_[a-z_]+_count non-histogram")]
    private static partial Regex RuntimeName();
}
