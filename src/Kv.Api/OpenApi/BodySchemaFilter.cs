using System.Text.Json.Nodes;
using Kv.Api.KeyValues.Bodies;
using Kv.Api.Transactions;
using Kv.Api.Transfers;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Kv.Api.OpenApi;

/// <summary>
/// Adds valid examples of bodies, because Swagger UI sends them unchanged: a generated example with all members would
/// declare a text as base64. Documents the shape of bulks and transactions, which their types do not show.
/// </summary>
internal sealed class BodySchemaFilter : ISchemaFilter
{
    private static readonly Dictionary<Type, JsonNode> Examples = new()
    {
        [typeof(CreateKeyValueBody)] =
            new JsonObject { ["key"] = "user:42", ["value"] = "Ada Lovelace", ["ttl"] = 3600 },
        [typeof(SetKeyValueBody)] = new JsonObject { ["value"] = "Ada Lovelace", ["ttl"] = 3600 },
        [typeof(CopyKeysBody)] = new JsonObject { ["from"] = "user:", ["to"] = "backup/user:", ["dry_run"] = true },
        [typeof(BulkBody)] = new JsonArray(Get(), Set()),
        [typeof(TransactionBody)] = new JsonObject
        {
            ["compare"] = new JsonArray(new JsonObject { ["key"] = "user:42", ["etag"] = "42" }),
            ["success"] = new JsonArray(Set()),
            ["failure"] = new JsonArray(Get()),
        },
    };

    public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
    {
        if (schema is not OpenApiSchema body || !Examples.TryGetValue(context.Type, out var example))
            return;
        body.Examples = [example.DeepClone()];
        if (context.Type == typeof(TransactionBody))
        {
            // Every member is optional.
            body.Required = null;
        }
        else if (context.Type == typeof(BulkBody))
        {
            body.Type = JsonSchemaType.Array;
            body.AdditionalPropertiesAllowed = true;
            body.Items = context.SchemaGenerator.GenerateSchema(typeof(OperationBody), context.SchemaRepository);
            body.MinItems = 1;
            body.MaxItems = 1000;
        }
    }

    private static JsonObject Get() => new() { ["op"] = "get", ["key"] = "user:42" };

    private static JsonObject Set() =>
        new() { ["op"] = "set", ["key"] = "user:42", ["value"] = "Ada Lovelace", ["ttl"] = 3600 };
}
