using System.Text.RegularExpressions;
using Kv.Api.Configuration;
using Kv.Api.Tests.Hosting;
using Microsoft.Extensions.Configuration;
using YamlDotNet.RepresentationModel;

namespace Kv.Api.Tests.Documents;

/// <summary>
/// compose.yaml and the manifests in docs/deploy, compared with the program, its image and its documents.
/// </summary>
internal sealed partial class DeployTests
{
    private static readonly string Root = ExampleProcess.Root();

    private static YamlNode Container => Manifest("deployment").At("spec.template.spec.containers").Items().Single();

    [Test]
    public void Every_setting_is_documented_and_read()
    {
        var documented = Variable().Matches(File.ReadAllText(Path.Combine(Root, "docs", "configuration.md")))
            .Select(match => match.Groups[1].Value).ToHashSet();
        foreach (var settings in new[]
        {
            Env,
            Compose("kv-1").At("environment").Members(),
            Compose("kv-2").At("environment").Members(),
        })
        {
            Assert.That(
                settings.Keys.Where(name => !name.Contains("__", StringComparison.Ordinal)),
                Is.Not.Empty.And.SubsetOf(documented));
            var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings!).Build();
            Assert.That(() => KvOptions.Read(configuration), Throws.Nothing);
        }
    }

    [TestCase("startupProbe", "/livez")]
    [TestCase("livenessProbe", "/livez")]
    [TestCase("readinessProbe", "/readyz")]
    public async Task Probes_call_a_route_that_exists(string probe, string path)
    {
        var host = await SharedHosts.Get(Engine.Embedded, ("MANAGEMENT_PORT", "0"));
        var request = Container.At(probe).At("httpGet");

        Assert.That(request.At("path").Text(), Is.EqualTo(path));
        Assert.That(Port(request.At("port").Text()), Is.EqualTo(Env["MANAGEMENT_PORT"]));
        Assert.That((int)(await host.Http.GetAsync(new Uri(host.ManagementAddress, path))).StatusCode, Is.EqualTo(200));
    }

    [Test]
    public void The_port_is_that_of_the_image()
    {
        var exposed = Regex.Match(
            File.ReadAllText(Path.Combine(Root, "Dockerfile")), @"^EXPOSE (\d+)$", RegexOptions.Multiline).Groups[
                1].Value;

        Assert.That(Port("http"), Is.EqualTo(exposed));
        foreach (var kv in new[] { "kv-1", "kv-2" })
            Assert.That(Compose(kv).At("ports").Items().Single().Text(), Does.EndWith($":{exposed}"));
        foreach (var port in Manifest("service").At("spec.ports").Items())
            Assert.That(
                port.At("targetPort").Text(),
                Is.EqualTo(port.At("name").Text()).And.Matches<string>(name => Port(name!).Length > 0));
    }

    [Test]
    public void Callers_are_let_in_to_the_API_and_monitoring_to_its_own_port()
    {
        var rules = Manifest("network-policy").At("spec.ingress").Items().ToDictionary(
            rule => rule.At("ports").Items().Single().At("port").Text(), rule => rule.At("from").Items().Single());

        Assert.That(rules.Keys, Is.EquivalentTo(new[] { "http", "management" }));
        Assert.That(rules["http"].At("podSelector.matchLabels").Members(), Does.ContainKey("kv-client"));
        Assert.That(rules["management"].At("namespaceSelector.matchLabels").Members(), Does.ContainValue("monitoring"));
    }

    [Test]
    public void The_egress_rules_of_Kv_name_their_peers_and_exclude_Kv()
    {
        var rules = Manifest("network-policy").At("spec.egress").Items().ToList();
        var reached = rules.Select(rule => rule.At("to").Items().Single().At("podSelector.matchLabels").Members())
            .ToList();

        Assert.That(
            Manifest("network-policy").At("spec.policyTypes").Items().Select(type => type.Text()),
            Has.Some.EqualTo("Egress"));
        Assert.That(
            reached.Select(labels => string.Join(',', labels.Keys)),
            Is.EquivalentTo(new[] { "k8s-app", "app.kubernetes.io/name", "kv-webhook-receiver" }));
        Assert.That(reached.SelectMany(labels => labels.Values), Has.None.EqualTo("kv"));
    }

    [Test]
    public void Etcd_lets_in_Kv_and_its_members_and_no_receiver()
    {
        var policy = Manifest("etcd-network-policy");
        var etcd = policy.At("spec.podSelector.matchLabels").Members();
        var kv = Manifest("deployment").At("spec.template.metadata.labels").Members();
        var reached = Manifest("network-policy").At("spec.egress").Items()
            .Select(rule => rule.At("to").Items().Single().At("podSelector.matchLabels").Members());
        var callers = policy.At("spec.ingress").Items()
            .ToDictionary(
                rule => rule.At("ports").Items().Single().At("port").Text(), rule => rule.At("from").Items().ToList());

        Assert.That(reached, Has.Some.EqualTo(etcd), "it is the etcd that Kv may reach");
        Assert.That(callers.Keys, Is.EquivalentTo(new[] { "2379", "2380" }));
        Assert.That(Selected("2379"), Is.EquivalentTo(new[] { kv["app.kubernetes.io/name"], "etcd" }));
        Assert.That(Selected("2380"), Is.EquivalentTo(new[] { "etcd" }));

        // A peer with a second selector, such as one of a namespace, fails here.
        IEnumerable<string> Selected(string port) => callers[port].Select(peer =>
        {
            Assert.That(peer.Members().Keys, Is.EqualTo(new[] { "podSelector" }));
            return peer.At("podSelector.matchLabels").Members().Single().Value;
        });
    }

    [Test]
    public void No_receiver_is_in_etcds_network_in_compose()
    {
        static string[] Networks(
            string service) => [.. Compose(service).At("networks").Items().Select(network => network.Text())];

        foreach (var member in new[] { "etcd-1", "etcd-2", "etcd-3" })
            Assert.That(Networks(member), Is.EqualTo(new[] { "store" }));
        foreach (var kv in new[] { "kv-1", "kv-2" })
            Assert.That(Networks(kv), Is.EquivalentTo(new[] { "store", "receivers" }));
        Assert.That(Networks("receiver"), Is.EqualTo(new[] { "receivers" }));
        Assert.That(Load("compose.yaml").At("networks.store.internal").Text(), Is.EqualTo("true"));
        var others = Load("compose.yaml").At("services").Members()
            .Keys.Except(["kv-1", "kv-2", "etcd-1", "etcd-2", "etcd-3", "receiver"]);
        Assert.That(others, Is.Empty);
    }

    // A comment names the manifest that only some clusters accept.
    [Test]
    public void The_kustomization_names_every_manifest()
    {
        var folder = Path.Combine(Root, "docs", "deploy", "kubernetes");
        var lines = File.ReadLines(Path.Combine(folder, "kustomization.yaml"))
            .Select(line => line.TrimStart(' ', '#', '-'));
        var manifests = Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path))
            .Except(["kustomization.yaml"]).ToList();

        Assert.That(manifests, Is.SubsetOf(lines));
        Assert.That(
            Manifest("kustomization").At("resources").Items().Select(resource => resource.Text()),
            Is.SubsetOf(manifests));
    }

    [Test]
    public void The_pod_has_no_more_rights_than_the_image_needs()
    {
        var pod = Manifest("deployment").At("spec.template.spec.securityContext");
        var container = Container.At("securityContext");
        var user = Regex.Match(
            File.ReadAllText(Path.Combine(Root, "scripts", "check-image.sh")), @"^uid=(\d+)$", RegexOptions.Multiline);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(pod.At("runAsNonRoot").Text(), Is.EqualTo("true"));
            Assert.That(pod.At("runAsUser").Text(), Is.EqualTo(user.Groups[1].Value));
            Assert.That(container.At("readOnlyRootFilesystem").Text(), Is.EqualTo("true"));
            Assert.That(container.At("allowPrivilegeEscalation").Text(), Is.EqualTo("false"));
            Assert.That(container.At("capabilities.drop").Items().Single().Text(), Is.EqualTo("ALL"));
            foreach (var kv in new[] { "kv-1", "kv-2" })
            {
                Assert.That(Compose(kv).At("read_only").Text(), Is.EqualTo("true"));
                Assert.That(Compose(kv).At("cap_drop").Items().Single().Text(), Is.EqualTo("ALL"));
            }
        }
    }

    [TestCase("deployment", "spec.selector.matchLabels")]
    [TestCase("service", "spec.selector")]
    [TestCase("pod-disruption-budget", "spec.selector.matchLabels")]
    [TestCase("network-policy", "spec.podSelector.matchLabels")]
    public void Selectors_match_the_labels_of_the_pods(string manifest, string selector)
    {
        var labels = Manifest("deployment").At("spec.template.metadata.labels").Members();

        Assert.That(Manifest(manifest).At(selector).Members(), Is.Not.Empty.And.SubsetOf(labels));
    }

    [Test]
    public void There_is_time_for_the_drain_and_the_stop()
    {
        var drain = int.Parse(Env["SHUTDOWN_DRAIN_SECONDS"], null);

        Assert.That(
            int.Parse(Manifest("deployment").At("spec.template.spec.terminationGracePeriodSeconds").Text(), null),
            Is.GreaterThanOrEqualTo(drain + 30));
    }

    [Test]
    public void Kv_and_the_members_know_each_other_in_compose()
    {
        string[] members = ["etcd-1", "etcd-2", "etcd-3"];
        var cluster = string.Join(',', members.Select(member => $"{member}=http://{member}:2380"));
        foreach (var member in members)
        {
            var environment = Compose(member).At("environment");
            Assert.That(environment.At("ETCD_INITIAL_CLUSTER").Text(), Is.EqualTo(cluster));
            Assert.That(environment.At("ETCD_NAME").Text(), Is.EqualTo(member));
            Assert.That(environment.At("ETCD_INITIAL_ADVERTISE_PEER_URLS").Text(), Is.EqualTo($"http://{member}:2380"));
        }
        foreach (var kv in new[] { "kv-1", "kv-2" })
        {
            Assert.That(
                Compose(kv).At("environment.ETCD_ENDPOINTS").Text(),
                Is.EqualTo(string.Join(',', members.Select(member => $"{member}:2379"))));
            Assert.That(Compose(kv).At("depends_on").Members().Keys, Is.EquivalentTo(members));
        }
    }

    [Test]
    public void In_compose_one_Kv_builds_the_image_and_the_other_waits_for_it()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Compose("kv-1").Members(), Does.ContainKey("build"));
            Assert.That(Compose("kv-2").Members(), Does.Not.ContainKey("build"));
            Assert.That(Compose("kv-2").At("image").Text(), Is.EqualTo(Compose("kv-1").At("image").Text()));
            Assert.That(Compose("kv-2").At("pull_policy").Text(), Is.EqualTo("never"));
        }
    }

    private static Dictionary<string, string> Env =>
        Container.At("env").Items().ToDictionary(item => item.At("name").Text(), item => item.At("value").Text());

    private static string Port(string name) =>
        Container.At("ports").Items().Single(port => port.At("name").Text() == name).At("containerPort").Text();

    private static YamlNode Compose(string service) => Load("compose.yaml").At("services").At(service);

    private static YamlNode Manifest(string name) => Load("docs", "deploy", "kubernetes", $"{name}.yaml");

    private static YamlNode Load(params string[] path)
    {
        using var text = File.OpenText(Path.Combine([Root, .. path]));
        var stream = new YamlStream();
        stream.Load(text);
        return stream.Documents.Single().RootNode;
    }

    [GeneratedRegex("`([A-Z][A-Z_]+)`")]
    private static partial Regex Variable();
}
