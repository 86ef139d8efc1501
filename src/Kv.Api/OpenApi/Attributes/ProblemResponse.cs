using Kv.Api.Errors;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Kv.Api.OpenApi.Attributes;

/// <summary>Creates the documentation of problems that any call can return.</summary>
internal static class ProblemResponse
{
    public static OpenApiResponse Create(
        OperationFilterContext context, string description, Dictionary<string, IOpenApiHeader> headers) => new()
        {
            Description = description,
            Headers = headers,
            Content = new Dictionary<string, IOpenApiMediaType>
            {
                [Problems.ContentType] = new OpenApiMediaType
                {
                    Schema = context.SchemaGenerator.GenerateSchema(typeof(ProblemDetails), context.SchemaRepository),
                },
            },
        };

    public static OpenApiHeader Header(string description, JsonSchemaType type = JsonSchemaType.String) =>
        new() { Description = description, Schema = new OpenApiSchema { Type = type } };
}
