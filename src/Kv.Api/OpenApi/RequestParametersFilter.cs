using System.Reflection;
using Kv.Api.OpenApi.Attributes;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Kv.Api.OpenApi;

/// <summary>Documents the headers, query parameters or path parameters that actions declare.</summary>
internal sealed class RequestParametersFilter(ParameterLocation location) : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        operation.Parameters ??= [];
        // The route already adds path parameters, but without a description: replace them.
        foreach (var bare in operation.Parameters.Where(
            parameter => location == ParameterLocation.Path && parameter.In == location).ToArray())
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
                    Schema = parameter.Schema(),
                    Example = parameter.TypedExample(),
                });
    }
}
