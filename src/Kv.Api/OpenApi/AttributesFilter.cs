using Kv.Api.OpenApi.Attributes;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Kv.Api.OpenApi;

/// <summary>Lets the attributes of an action document it, and then those of its controller.</summary>
internal sealed class AttributesFilter : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        foreach (var documenting in context.MethodInfo.GetCustomAttributes(inherit: true)
            .Concat(context.MethodInfo.DeclaringType!.GetCustomAttributes(inherit: true)).OfType<IDocumentsOperation>())
            documenting.Apply(operation, context);
        // Generated clients take parameters in this order: path, query, headers.
        operation.Parameters = [.. (operation.Parameters ?? []).OrderBy(parameter => parameter.In switch
        {
            ParameterLocation.Path => 0,
            ParameterLocation.Query => 1,
            _ => 2,
        })];
    }
}
