using System.Text.Json.Nodes;

namespace Kv.Api.Tests.Fuzz;

/// <summary>A call of the OpenAPI document, with its documented input.</summary>
/// <param name="Method">The method, in capital letters.</param>
/// <param name="Path">The path, with its parameters in braces.</param>
/// <param name="Query">The names of its query parameters.</param>
/// <param name="Headers">The names of its headers.</param>
/// <param name="Body">An example of its body; null where it has none.</param>
/// <param name="ContentTypes">The types that its body may have.</param>
internal sealed record ApiCall(
    string Method, string Path, string[] Query, string[] Headers, JsonNode? Body, string[] ContentTypes)
{
    /// <summary>Every call of a document.</summary>
    public static ApiCall[] Of(JsonNode document)
    {
        var calls = new List<ApiCall>();
        foreach (var (path, item) in document["paths"]!.AsObject())
            foreach (var (method, operation) in item!.AsObject())
            {
                if (operation is not JsonObject || method == "parameters")
                    continue;
                var content = operation["requestBody"]?["content"]?.AsObject();
                calls.Add(new ApiCall(
                    method.ToUpperInvariant(), path, Names("query"), Names("header"),
                    content is null ? null : Example(content.First().Value!),
                    content is null ? [] : [.. content.Select(one => one.Key)]));

                string[] Names(string place) =>
                [
                    .. (operation["parameters"]?.AsArray() ?? [])
                        .Where(parameter => (string?)parameter!["in"] == place)
                        .Select(parameter => (string)parameter!["name"]!),
                ];
            }
        return [.. calls];

        JsonNode Example(JsonNode content) => content["example"]?.DeepClone() ?? Value(content["schema"], depth: 0);

        JsonNode Value(JsonNode? schema, int depth)
        {
            if (schema?["$ref"] is { } reference)
                schema = document["components"]!["schemas"]![((string)reference!).Split('/')[^1]];
            if (schema?["example"] is { } example)
                return example.DeepClone();
            if (depth < 6 && schema?["properties"] is JsonObject properties)
                return new JsonObject(
                    properties.Select(
                        one => KeyValuePair.Create<string, JsonNode?>(one.Key, Value(one.Value, depth + 1))));
            if (depth < 6 && schema?["items"] is { } items)
                return new JsonArray(Value(items, depth + 1));
            return JsonValue.Create("a");
        }
    }
}
