using System.Text.Json.Nodes;
using Kv.Api.KeyValues.Bodies;
using Kv.Api.Transfers;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Kv.Api.OpenApi;

/// <summary>
/// Adds valid examples of bodies, because Swagger UI sends them unchanged: a generated example with all members would
/// declare a text as base64.
/// </summary>
internal sealed class BodyExamplesFilter : ISchemaFilter
{
    private static readonly Dictionary<Type, JsonObject> Examples = new()
    {
        [typeof(CreateKeyValueBody)] = new() { ["key"] = "user:42", ["value"] = "Ada Lovelace", ["ttl"] = 3600 },
        [typeof(SetKeyValueBody)] = new() { ["value"] = "Ada Lovelace", ["ttl"] = 3600 },
        [typeof(CopyKeysBody)] = new() { ["from"] = "user:", ["to"] = "backup/user:", ["dry_run"] = true },
    };

    public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
    {
        if (schema is OpenApiSchema body && Examples.TryGetValue(context.Type, out var example))
            body.Examples = [example.DeepClone()];
    }
}
