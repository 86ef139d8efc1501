using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Kv.Api.OpenApi.Attributes;

/// <summary>Declares that the action can also return a value as raw bytes of any media type.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RawValueAttribute : Attribute, IOperationFilter
{
    public const string AnyType = "*/*";

    public void Apply(OpenApiOperation operation, OperationFilterContext context) =>
        operation.Responses!["200"].Content!.Add(AnyType, Bytes());

    /// <summary>Bytes that a schema cannot describe further.</summary>
    public static OpenApiMediaType Bytes(string? example = null) => new()
    {
        Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" },
        Example = example,
    };
}
