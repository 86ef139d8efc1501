using System.Reflection;
using Kv.Api.OpenApi.Attributes;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Kv.Api.OpenApi;

/// <summary>Documents the bodies that actions declare.</summary>
internal sealed class RequestJsonFilter : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        if (context.MethodInfo.GetCustomAttribute<RequestJsonAttribute>() is not { } json)
            return;
        operation.RequestBody = new OpenApiRequestBody
        {
            Description = json.Description,
            Required = true,
            Content = json.ContentTypes.ToDictionary(
                type => type,
                IOpenApiMediaType (_) => new OpenApiMediaType
                {
                    Schema = context.SchemaGenerator.GenerateSchema(json.Body, context.SchemaRepository),
                }),
        };
    }
}
