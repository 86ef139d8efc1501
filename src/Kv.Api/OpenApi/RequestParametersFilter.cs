using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Kv.Api.OpenApi;

/// <summary>Shows the headers, the parameters of the query string or the parts of the path that calls say they take.</summary>
internal sealed class RequestParametersFilter(ParameterLocation location) : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        operation.Parameters ??= [];
        // A part of the path is known from the route, without a word on it.
        foreach (var bare in operation.Parameters.Where(parameter => location == ParameterLocation.Path && parameter.In == location).ToArray())
            if (context.MethodInfo.GetCustomAttributes<RequestPathAttribute>().Any(part => part.Name == bare.Name))
                operation.Parameters.Remove(bare);
        foreach (var parameter in context.MethodInfo.GetCustomAttributes<RequestParameterAttribute>())
            if (parameter.Location == location)
                operation.Parameters.Add(new OpenApiParameter
                {
                    Name = parameter.Name,
                    In = location,
                    Required = location == ParameterLocation.Path,
                    Description = parameter.Description,
                    Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                    Example = parameter.Example is { } example ? JsonValue.Create(example) : null,
                });
    }
}
