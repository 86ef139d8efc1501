using System.Net.Mime;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Kv.Api.OpenApi.Attributes;

/// <summary>Declares the body of JSON that an action reads from the request.</summary>
/// <typeparam name="TBody">The type of the body.</typeparam>
/// <param name="otherType">Another content type that the body may have; any type means a raw value.</param>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RequestJsonAttribute<TBody>(string? otherType = null) : Attribute, IOperationFilter
{
    /// <summary>The description.</summary>
    public string? Description { get; init; }

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        operation.RequestBody = new OpenApiRequestBody
        {
            Description = Description,
            Required = true,
            Content = new Dictionary<string, IOpenApiMediaType> { [MediaTypeNames.Application.Json] = Json() },
        };
        if (otherType is not null)
            operation.RequestBody.Content!.Add(
                otherType, otherType == RawValueAttribute.AnyType ? RawValueAttribute.Bytes() : Json());

        OpenApiMediaType Json() =>
            new() { Schema = context.SchemaGenerator.GenerateSchema(typeof(TBody), context.SchemaRepository) };
    }
}
