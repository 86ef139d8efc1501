using Kv.Api.KeyValues;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Kv.Api.OpenApi;

/// <summary>Says that reading a key answers with one, and reading a prefix with an array: one status, two shapes.</summary>
internal sealed class OneOrManyFilter : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        if (context.MethodInfo.DeclaringType != typeof(KeyValuesController)
            || context.MethodInfo.Name != nameof(KeyValuesController.Get)
            || operation.Responses?["200"].Content?["application/json"] is not { Schema: { } one } content)
            return;
        content.Schema = new OpenApiSchema
        {
            OneOf = [one, new OpenApiSchema { Type = JsonSchemaType.Array, Items = one }],
        };
    }
}
