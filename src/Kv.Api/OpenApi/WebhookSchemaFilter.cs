using System.Text.Json.Nodes;
using Kv.Api.Webhooks;
using Kv.Application.Webhooks;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Kv.Api.OpenApi;

/// <summary>
/// Documents webhooks beyond their types: one event or several, any object as the payload, the required members.
/// </summary>
internal sealed class WebhookSchemaFilter : ISchemaFilter
{
    public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
    {
        if (schema is not OpenApiSchema { Properties: { } properties } webhook
            || (context.Type != typeof(StoredWebhook) && !context.Type.IsSubclassOf(typeof(WebhookBody))))
            return;
        // Without a list of the events: from one, generators make types that cannot hold several.
        var text = new OpenApiSchema { Type = JsonSchemaType.String };
        properties["event"] = new OpenApiSchema
        {
            Description = properties["event"].Description,
            OneOf = [text, new OpenApiSchema { Type = JsonSchemaType.Array, Items = text }],
            Examples = [JsonValue.Create("update")],
        };
        properties["payload"] = new OpenApiSchema
        {
            Description = properties["payload"].Description,
            Type = JsonSchemaType.Object,
            AdditionalProperties = new OpenApiSchema(),
            Examples = [new JsonObject { ["source"] = "kv" }],
        };
        properties["headers"] = new OpenApiSchema
        {
            Description = properties["headers"].Description,
            Type = JsonSchemaType.Object,
            AdditionalProperties = text,
            Examples =
            [
                new JsonObject
                {
                    ["Authorization"] = context.Type == typeof(StoredWebhook) ? WebhookInput.Masked : "Bearer token",
                },
            ],
        };
        if (context.Type == typeof(RegisterWebhookBody))
            webhook.Required = new HashSet<string> { "key", "event", "endpoint" };
    }
}
