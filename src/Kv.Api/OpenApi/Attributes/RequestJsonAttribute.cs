using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Kv.Api.OpenApi.Attributes;

/// <summary>Declares the body that an action reads from the request without MVC's binding.</summary>
/// <param name="body">The type of the body.</param>
/// <param name="contentTypes">The allowed content types.</param>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RequestJsonAttribute(Type body, params string[] contentTypes) : Attribute, IDocumentsOperation
{
    /// <summary>The description.</summary>
    public string? Description { get; init; }

    /// <summary>Whether the body may also be a raw value of any media type.</summary>
    public bool MayBeRaw { get; init; }

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        var content = contentTypes.ToDictionary(
            type => type,
            IOpenApiMediaType (_) => new OpenApiMediaType
            {
                Schema = context.SchemaGenerator.GenerateSchema(body, context.SchemaRepository),
            });
        if (MayBeRaw)
            content.Add(RawValueAttribute.AnyType, RawValueAttribute.Bytes());
        operation.RequestBody = new OpenApiRequestBody
        {
            Description = Description,
            Required = true,
            Content = content,
        };
    }
}
