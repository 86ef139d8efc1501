using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Kv.Api.OpenApi;

/// <summary>Shows the headers that calls say they take and answer.</summary>
internal sealed class HeadersFilter : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        operation.Parameters ??= [];
        foreach (var header in context.MethodInfo.GetCustomAttributes<RequestHeaderAttribute>())
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = header.Name,
                In = ParameterLocation.Header,
                Description = header.Description,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                Example = header.Example is { } example ? JsonValue.Create(example) : null,
            });
        var answered = context.MethodInfo.GetCustomAttributes<ResponseHeaderAttribute>()
            .Concat(context.MethodInfo.DeclaringType!.GetCustomAttributes<ResponseHeaderAttribute>())
            .ToArray();
        foreach (var (status, answer) in operation.Responses ?? [])
        {
            if (status[0] is not ('2' or '3') || answer is not OpenApiResponse response || answered.Length == 0)
                continue;
            response.Headers ??= new Dictionary<string, IOpenApiHeader>();
            foreach (var header in answered)
                response.Headers.TryAdd(header.Name, new OpenApiHeader
                {
                    Description = header.Description,
                    Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                });
        }
    }
}
