using Kv.Api.KeyValues;
using Kv.Api.Webhooks;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Kv.Api.OpenApi;

/// <summary>Says that asking for one is answered with one, and asking for a prefix with an array: one status, two shapes.</summary>
internal sealed class OneOrManyFilter : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        if (context.MethodInfo.Name != nameof(KeyValuesController.Get)
            || (context.MethodInfo.DeclaringType != typeof(KeyValuesController)
                && context.MethodInfo.DeclaringType != typeof(WebhooksController))
            || operation.Responses?["200"].Content?["application/json"] is not { Schema: { } one } content)
            return;
        content.Schema = new OpenApiSchema
        {
            OneOf = [one, new OpenApiSchema { Type = JsonSchemaType.Array, Items = one }],
        };
    }
}
