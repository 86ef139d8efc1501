using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using k8s.Models;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Kv.Api.Tests.Documents;

/// <summary>
/// Reads a manifest as strictly as the API server validates one (<c>kubectl apply --validate=strict</c>), by the models
/// that the Kubernetes client generates from the API's own schema: no field that the kind does not have, no value of
/// another type, no value outside of an enumeration, no required field left out. By way of JSON, as kubectl does it: a
/// reader of YAML would take a number or a boolean for a text.
/// </summary>
internal static class KubernetesSchema
{
    private static readonly Dictionary<string, Type> Kinds = typeof(V1Deployment).Assembly.GetExportedTypes()
        .Append(typeof(ServiceMonitor))
        .Select(type => (Type: type, Entity: type.GetCustomAttribute<KubernetesEntityAttribute>()))
        .Where(kind => kind.Entity is not null)
        .ToDictionary(kind => $"{ApiVersion(kind.Entity!)} {kind.Entity!.Kind}", kind => kind.Type);

    // The models do not say whether a text, a list or an object is required. This table does so for the fields that the
    // manifests use, after the API references of Kubernetes and of the Prometheus operator. In the models, an optional
    // number or flag is nullable.
    private static readonly Dictionary<Type, string[]> Required = new()
    {
        [typeof(V1Deployment)] = ["metadata", "spec"],
        [typeof(V1DeploymentSpec)] = ["selector", "template"],
        [typeof(V1PodSpec)] = ["containers"],
        [typeof(V1Container)] = ["name", "image"],
        [typeof(V1EnvVar)] = ["name"],
        [typeof(V1HTTPGetAction)] = ["port"],
        [typeof(V1SeccompProfile)] = ["type"],
        [typeof(V1TopologySpreadConstraint)] = ["topologyKey", "whenUnsatisfiable"],
        [typeof(V1Volume)] = ["name"],
        [typeof(V1VolumeMount)] = ["mountPath", "name"],
        [typeof(V1HTTPIngressPath)] = ["backend", "pathType"],
        [typeof(V1HTTPIngressRuleValue)] = ["paths"],
        [typeof(V1Ingress)] = ["metadata", "spec"],
        [typeof(V1IngressServiceBackend)] = ["name"],
        [typeof(V1LabelSelectorRequirement)] = ["key", "operator"],
        [typeof(V1NetworkPolicy)] = ["metadata", "spec"],
        [typeof(V1NetworkPolicySpec)] = ["podSelector"],
        [typeof(V1PodDisruptionBudget)] = ["metadata", "spec"],
        [typeof(V1Service)] = ["metadata", "spec"],
        [typeof(ServiceMonitor)] = ["metadata", "spec"],
        [typeof(ServiceMonitorSpec)] = ["endpoints", "selector"],
    };

    // The models do not list the values of an enumeration either.
    private static readonly Dictionary<(Type, string), string[]> Words = new()
    {
        [(typeof(V1DeploymentStrategy), "type")] = ["RollingUpdate", "Recreate"],
        [(typeof(V1SeccompProfile), "type")] = ["RuntimeDefault", "Localhost", "Unconfined"],
        [(typeof(V1TopologySpreadConstraint), "whenUnsatisfiable")] = ["DoNotSchedule", "ScheduleAnyway"],
        [(typeof(V1EmptyDirVolumeSource), "medium")] = ["", "Memory"],
        [(typeof(V1HTTPIngressPath), "pathType")] = ["Exact", "Prefix", "ImplementationSpecific"],
        [(typeof(V1LabelSelectorRequirement), "operator")] = ["In", "NotIn", "Exists", "DoesNotExist"],
        [(typeof(V1NetworkPolicySpec), "policyTypes")] = ["Ingress", "Egress"],
        [(typeof(V1NetworkPolicyPort), "protocol")] = ["TCP", "UDP", "SCTP"],
        [(typeof(V1ContainerPort), "protocol")] = ["TCP", "UDP", "SCTP"],
        [(typeof(V1ServicePort), "protocol")] = ["TCP", "UDP", "SCTP"],
    };

    private static readonly JsonSerializerOptions Strict = new()
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { Require, Choose } },
    };

    /// <summary>The object that a manifest describes.</summary>
    /// <exception cref="JsonException">
    /// The schema does not allow it; the message names the field or its path.
    /// </exception>
    /// <exception cref="YamlException">It is not YAML, or it names a field twice.</exception>
    public static object Read(string manifest)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(manifest));
        var json = Json(stream.Documents.Single().RootNode)!.AsObject();
        var kind = $"{json["apiVersion"]} {json["kind"]}";
        if (!Kinds.TryGetValue(kind, out var type))
            throw new JsonException($"There is no '{kind}'.");
        var described = json.Deserialize(type, Strict)!;
        // Not among those below, as a pod's template has metadata too, and no name.
        return json["metadata"]!["name"] is null ? throw new JsonException("'metadata' has no 'name'.") : described;
    }

    private static string ApiVersion(KubernetesEntityAttribute entity) =>
        string.IsNullOrEmpty(entity.Group) ? entity.ApiVersion : $"{entity.Group}/{entity.ApiVersion}";

    private static void Require(JsonTypeInfo type)
    {
        var required = Required.GetValueOrDefault(type.Type, []);
        if (required.Except(type.Properties.Select(property => property.Name)).ToList() is [var unknown, ..])
            throw new InvalidOperationException($"{type.Type.Name} has no '{unknown}' that could be required.");
        foreach (var property in type.Properties)
            property.IsRequired = property.PropertyType.IsPrimitive || required.Contains(property.Name);
    }

    private static void Choose(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
            if (property.Set is { } set && Words.TryGetValue((type.Type, property.Name), out var words))
                property.Set = (owner, value) =>
                {
                    foreach (var word in value as IEnumerable<string> ?? [(string)value!])
                        if (!words.Contains(word))
                            throw new JsonException($"'{word}' is no '{property.Name}'.");
                    set(owner, value);
                };
    }

    // A null means an absent field, in Kubernetes as here.
    private static JsonNode? Json(YamlNode node) => node switch
    {
        YamlMappingNode mapping => new JsonObject(mapping.Children
            .Select(member => KeyValuePair.Create(member.Key.Text(), Json(member.Value)))
            .Where(member => member.Value is not null)),
        YamlSequenceNode sequence => new JsonArray([.. sequence.Select(Json)]),
        YamlScalarNode { Style: ScalarStyle.Plain, Value: var text } => Plain(text ?? ""),
        _ => node.Text(),
    };

    // The type of a text without quotes, by YAML 1.1, as kubectl reads it.
    private static JsonNode? Plain(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => null,
        _ when text.ToLowerInvariant() is "true" or "yes" or "on" => true,
        _ when text.ToLowerInvariant() is "false" or "no" or "off" => false,
        _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => whole,
        _ when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number) => number,
        _ => text,
    };
}
