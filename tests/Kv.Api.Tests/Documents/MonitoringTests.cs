using System.Text.Json;
using System.Text.RegularExpressions;
using Kv.Api.Tests.Hosting;
using YamlDotNet.RepresentationModel;

namespace Kv.Api.Tests.Documents;

/// <summary>
/// The dashboard, the alerts and the table of metrics, compared with the output of <c>/metrics</c> after calls of every
/// kind.
/// </summary>
internal sealed partial class MonitoringTests
{
    private static readonly string Documents = Path.Combine(ExampleProcess.Root(), "docs");

    private Scrape _scrape = null!;

    [SetUp]
    public async Task Look() => _scrape = await (await MeasuredKv.Shared(Engine.Etcd)).Until(
        seen => seen.Sum("kv_delivery_given_up_total") > 0 && seen.Sum("kv_watcher_read_revision") > 0
            && seen.Sum("kv_delivery_latency_seconds_count") > 0,
        "everything has happened once");

    [Test]
    public void Every_metric_of_the_dashboard_exists()
    {
        using var dashboard = JsonDocument.Parse(
            File.ReadAllText(Path.Combine(Documents, "deploy", "grafana-dashboard.json")));
        var expressions = dashboard.RootElement.GetProperty("panels").EnumerateArray()
            .Where(panel => panel.TryGetProperty("targets", out _))
            .SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
            .Select(target => target.GetProperty("expr").GetString()!)
            .ToList();

        Assert.That(expressions, Has.Count.GreaterThan(20));
        Assert.That(expressions.SelectMany(Metrics).Distinct(), Is.SubsetOf(_scrape.Names));
    }

    [Test]
    public void Every_metric_of_the_alerts_exists()
    {
        using var text = File.OpenText(Path.Combine(Documents, "deploy", "alerts.yaml"));
        var stream = new YamlStream();
        stream.Load(text);
        var rules = stream.Documents.Single().RootNode.At("groups").Items()
            .SelectMany(group => group.At("rules").Items()).ToList();

        Assert.That(rules.Select(rule => rule.At("alert").Text()), Is.Unique.And.Not.Empty);
        foreach (var rule in rules)
        {
            var metrics = Metrics(rule.At("expr").Text()).ToList();
            Assert.That(metrics, Is.Not.Empty.And.SubsetOf(_scrape.Names), rule.At("alert").Text());
            Assert.That(rule.At("labels.severity").Text(), Is.AnyOf("critical", "warning"));
            Assert.That(rule.At("annotations.summary").Text(), Is.Not.Empty);
        }
    }

    [Test]
    public void Every_metric_of_the_table_exists_and_the_table_has_every_metric_of_Kv()
    {
        var documented = Row().Matches(File.ReadAllText(Path.Combine(Documents, "operations.md")))
            .Select(row => row.Groups[1].Value).ToList();
        var there = _scrape.Names.Select(name => Series().Replace(name, "")).ToHashSet();

        Assert.That(documented, Is.Unique.And.SubsetOf(there));
        Assert.That(there.Where(name => name.StartsWith("kv_", StringComparison.Ordinal)), Is.SubsetOf(documented));
    }

    [Test]
    public void The_service_monitor_scrapes_a_port_of_the_service()
    {
        var monitor = Manifest("service-monitor");
        var service = Manifest("service");
        var endpoint = monitor.At("spec.endpoints").Items().Single();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                monitor.At("spec.selector.matchLabels").Members(),
                Is.SubsetOf(service.At("metadata.labels").Members()));
            Assert.That(
                service.At("spec.ports").Items().Select(port => port.At("name").Text()),
                Has.One.EqualTo(endpoint.At("port").Text()));
            Assert.That(endpoint.At("port").Text(), Is.EqualTo("management"));
            Assert.That(endpoint.At("path").Text(), Is.EqualTo("/metrics"));
        }
    }

    // The metrics of an expression: every metric has an underscore in its name. Labels, words of the language and
    // durations are left out.
    private static IEnumerable<string> Metrics(string expression) =>
        Name().Matches(Labels().Replace(expression, "")).Select(name => name.Value)
            .Where(name => name is not ("histogram_quantile" or "clamp_min")).Distinct();

    private static YamlNode Manifest(string name)
    {
        using var text = File.OpenText(Path.Combine(Documents, "deploy", "kubernetes", $"{name}.yaml"));
        var stream = new YamlStream();
        stream.Load(text);
        return stream.Documents.Single().RootNode;
    }

    [GeneratedRegex(@"\{[^}]*\}|\b(by|without) \([^)]*\)|\[[^]]*\]")]
    private static partial Regex Labels();

    [GeneratedRegex(@"\b[a-z]+(_[a-z0-9]+)+\b")]
    private static partial Regex Name();

    [GeneratedRegex(@"^\| `([a-z0-9_]+)` \| (?:histogram|gauge|counter) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex Series();
}
