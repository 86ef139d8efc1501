using System.Text.Json;
using YamlDotNet.Core;

namespace Kv.Api.Tests.Documents;

/// <summary>
/// The manifests in docs/deploy/kubernetes, validated against the schemas of Kubernetes; and the validation finds
/// mistakes.
/// </summary>
internal sealed class ManifestTests
{
    private static readonly string Folder = Path.Combine(ExampleProcess.Root(), "docs", "deploy", "kubernetes");

    private static IEnumerable<string> Manifests =>
        Directory.EnumerateFiles(Folder).Select(path => Path.GetFileName(path))
            .Where(name => name != "kustomization.yaml").Order();

    [TestCaseSource(nameof(Manifests))]
    public void A_manifest_matches_the_schema_of_Kubernetes(string manifest) =>
        Assert.That(() => KubernetesSchema.Read(Text(manifest)), Throws.Nothing);

    // No such field, at any depth.
    [TestCase("deployment", "replicas: 2", "replica: 2", "'replica'")]
    [TestCase("deployment", "readinessProbe:", "readynessProbe:", "'readynessProbe'")]
    [TestCase("deployment", "readOnlyRootFilesystem: true", "readOnlyRootFileSystem: true", "'readOnlyRootFileSystem'")]
    [TestCase("deployment", "sizeLimit: 64Mi", "limit: 64Mi", "'limit'")]
    [TestCase("network-policy", "namespaceSelector: {}", "namespaceSelectors: {}", "'namespaceSelectors'")]
    [TestCase("pod-disruption-budget", "minAvailable: 1", "minReady: 1", "'minReady'")]
    [TestCase("service", "targetPort: http", "containerPort: http", "'containerPort'")]
    [TestCase("service-monitor", "interval: 15s", "scrapeInterval: 15s", "'scrapeInterval'")]
    // A value of another type.
    [TestCase(
        "deployment", "timeoutSeconds: 5", "timeoutSeconds: \"5\"",
        "$.spec.template.spec.containers[0].livenessProbe.timeoutSeconds")]
    [TestCase("deployment", "value: \"8081\"", "value: 8081", "$.spec.template.spec.containers[0].env[2].value")]
    [TestCase(
        "deployment", "runAsNonRoot: true", "runAsNonRoot: \"true\"",
        "$.spec.template.spec.securityContext.runAsNonRoot")]
    [TestCase(
        "deployment", "                - ALL", "                all: true",
        "$.spec.template.spec.containers[0].securityContext.capabilities.drop")]
    [TestCase(
        "network-policy", "kv-client: \"true\"", "kv-client: true",
        "$.spec.ingress[0].from[0].podSelector.matchLabels")]
    [TestCase("network-policy", "    - Ingress", "    - 1", "$.spec.policyTypes[0]")]
    [TestCase("service", "port: 8081", "port: management", "$.spec.ports[1].port")]
    [TestCase("service-monitor", "path: /metrics", "path: yes", "$.spec.endpoints[0].path")]
    // A value outside of the enumeration.
    [TestCase("deployment", "type: RuntimeDefault", "type: Default", "'Default' is no 'type'")]
    [TestCase("deployment", "ScheduleAnyway", "ScheduleAnyways", "'ScheduleAnyways'")]
    [TestCase("deployment", "medium: Memory", "medium: RAM", "'RAM'")]
    [TestCase("network-policy", "    - Egress", "    - Outgress", "'Outgress'")]
    [TestCase("network-policy", "protocol: UDP", "protocol: udp", "'udp'")]
    // A required field that is absent or empty.
    [TestCase("deployment", "name: kv\n  labels:", "labels:", "'name'")]
    [TestCase("deployment", "topologyKey: kubernetes.io/hostname", "", "'topologyKey'")]
    [TestCase("deployment", "maxSkew: 1", "minDomains: 1", "'maxSkew'")]
    [TestCase("deployment", "mountPath: /tmp", "mountPath:", "'mountPath'")]
    [TestCase(
        "network-policy", "podSelector:\n    matchLabels:\n      app.kubernetes.io/name: kv\n  policyTypes:",
        "policyTypes:", "'podSelector'")]
    [TestCase("service", "port: 80\n", "nodePort: 80\n", "'port'")]
    [TestCase("service-monitor", "selector:\n    matchLabels:\n      app.kubernetes.io/name: kv\n", "", "'selector'")]
    [TestCase("ingress", "pathType: Prefix", "pathType: prefix", "'prefix'")]
    // A kind of another group or version.
    [TestCase("deployment", "apps/v1", "extensions/v1beta1", "'extensions/v1beta1 Deployment'")]
    [TestCase("pod-disruption-budget", "policy/v1", "v1", "'v1 PodDisruptionBudget'")]
    public void A_mistake_in_a_manifest_is_found(string manifest, string right, string wrong, string error)
    {
        var text = Text($"{manifest}.yaml");
        var spoiled = text.Replace(right, wrong, StringComparison.Ordinal);

        Assert.That(spoiled, Is.Not.EqualTo(text), $"there is no '{right}' in {manifest}.yaml");
        Assert.That(() => KubernetesSchema.Read(spoiled), Throws.TypeOf<JsonException>().With.Message.Contains(error));
    }

    [Test]
    public void A_repeated_field_and_a_malformed_quantity_are_found()
    {
        var text = Text("deployment.yaml");

        Assert.That(
            () => KubernetesSchema.Read(
                text.Replace("replicas: 2", "replicas: 2\n  replicas: 3", StringComparison.Ordinal)),
            Throws.InstanceOf<YamlException>());
        Assert.That(
            () => KubernetesSchema.Read(text.Replace("cpu: 250m", "cpu: 250 millicores", StringComparison.Ordinal)),
            Throws.Exception);
    }

    private static string Text(string manifest) =>
        File.ReadAllText(Path.Combine(Folder, manifest)).ReplaceLineEndings("\n");
}
