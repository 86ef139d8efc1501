using System.Text.Json.Nodes;
using Kv.Api.Transactions;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Kv.Api.OpenApi;

/// <summary>
/// Documents the bodies of bulks and transactions, whose types do not show the array and the examples.
/// </summary>
internal sealed class BatchSchemaFilter : ISchemaFilter
{
    public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
    {
        if (schema is not OpenApiSchema body)
            return;
        if (context.Type == typeof(BulkBody))
        {
            body.Type = JsonSchemaType.Array;
            body.AdditionalPropertiesAllowed = true;
            body.Items = context.SchemaGenerator.GenerateSchema(typeof(OperationBody), context.SchemaRepository);
            body.MinItems = 1;
            body.MaxItems = 1000;
            body.Examples = [new JsonArray(Get(), Set())];
        }
        else if (context.Type == typeof(TransactionBody))
        {
            // Every member is optional.
            body.Required = null;
            body.Examples =
            [
                new JsonObject
                {
                    ["compare"] = new JsonArray(new JsonObject { ["key"] = "user:42", ["etag"] = "42" }),
                    ["success"] = new JsonArray(Set()),
                    ["failure"] = new JsonArray(Get()),
                },
            ];
        }
    }

    private static JsonObject Get() => new() { ["op"] = "get", ["key"] = "user:42" };

    private static JsonObject Set() =>
        new() { ["op"] = "set", ["key"] = "user:42", ["value"] = "Ada Lovelace", ["ttl"] = 3600 };
}
