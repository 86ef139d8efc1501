using System.Text.Json.Serialization;
using k8s.Models;

namespace Kv.Api.Tests.Documents;

/// <summary>
/// The Prometheus operator's resource, as far as one for a plain port uses it; of the operator's API reference,
/// <c>monitoring.coreos.com/v1</c>. The client has no model of it, as it is no part of Kubernetes.
/// </summary>
[KubernetesEntity(
    Group = "monitoring.coreos.com", ApiVersion = "v1", Kind = "ServiceMonitor", PluralName = "servicemonitors")]
internal sealed record ServiceMonitor(
    [property: JsonPropertyName("apiVersion")] string ApiVersion,
    [property: JsonPropertyName("kind")] string Kind,
    [property: JsonPropertyName("metadata")] V1ObjectMeta Metadata,
    [property: JsonPropertyName("spec")] ServiceMonitorSpec Spec);

/// <summary>The services whose endpoints are scraped, and the labels that their metrics get.</summary>
internal sealed record ServiceMonitorSpec(
    [property: JsonPropertyName("selector")] V1LabelSelector Selector,
    [property: JsonPropertyName("endpoints")] IReadOnlyList<ServiceMonitorEndpoint> Endpoints,
    [property: JsonPropertyName("namespaceSelector")] ServiceMonitorNamespaces? NamespaceSelector = null,
    [property: JsonPropertyName("jobLabel")] string? JobLabel = null,
    [property: JsonPropertyName("targetLabels")] IReadOnlyList<string>? TargetLabels = null,
    [property: JsonPropertyName("podTargetLabels")] IReadOnlyList<string>? PodTargetLabels = null,
    [property: JsonPropertyName("sampleLimit")] ulong? SampleLimit = null);

/// <summary>The scraped endpoint: <paramref name="Port"/> is the name of the Service's port.</summary>
internal sealed record ServiceMonitorEndpoint(
    [property: JsonPropertyName("port")] string? Port = null,
    [property: JsonPropertyName("targetPort")] IntOrString? TargetPort = null,
    [property: JsonPropertyName("path")] string? Path = null,
    [property: JsonPropertyName("scheme")] string? Scheme = null,
    [property: JsonPropertyName("interval")] string? Interval = null,
    [property: JsonPropertyName("scrapeTimeout")] string? ScrapeTimeout = null,
    [property: JsonPropertyName("honorLabels")] bool? HonorLabels = null);

/// <summary>The namespaces of the services; without it, the monitor's own namespace.</summary>
internal sealed record ServiceMonitorNamespaces(
    [property: JsonPropertyName("any")] bool? Any = null,
    [property: JsonPropertyName("matchNames")] IReadOnlyList<string>? MatchNames = null);
