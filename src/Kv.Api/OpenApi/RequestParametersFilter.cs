using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Kv.Api.OpenApi;

/// <summary>Shows the headers, or the parameters of the query string, that calls say they take.</summary>
internal sealed class RequestParametersFilter(ParameterLocation location) : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        operation.Parameters ??= [];
        foreach (var parameter in context.MethodInfo.GetCustomAttributes<RequestParameterAttribute>())
            if (parameter.Location == location)
                operation.Parameters.Add(new OpenApiParameter
                {
                    Name = parameter.Name,
                    In = location,
                    Description = parameter.Description,
                    Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                    Example = parameter.Example is { } example ? JsonValue.Create(example) : null,
                });
    }
}
