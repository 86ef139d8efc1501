using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Kv.Api.OpenApi.Attributes;

/// <summary>Declares a parameter that an action reads from the request without MVC's binding.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal abstract class RequestParameterAttribute(ParameterLocation location, string name, string description)
    : Attribute, IOperationFilter
{
    public ParameterLocation Location { get; } = location;

    public string Name { get; } = name;

    /// <summary>An example. It must be valid, because Swagger UI sends it unchanged.</summary>
    public string? Example { get; init; }

    /// <summary>The allowed values; null for any text.</summary>
    public string[]? Values { get; init; }

    /// <summary>Whether the parameter is a whole number.</summary>
    public bool IsNumber { get; init; }

    /// <summary>Whether the parameter is a flag.</summary>
    public bool IsFlag { get; init; }

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        operation.Parameters ??= [];
        // The route already adds path parameters, but without a description: replace them.
        if (operation.Parameters.FirstOrDefault(parameter =>
            Location == ParameterLocation.Path && parameter.In == Location && parameter.Name == Name) is { } bare)
            operation.Parameters.Remove(bare);
        operation.Parameters.Add(new OpenApiParameter
        {
            Name = Name,
            In = Location,
            Required = Location == ParameterLocation.Path,
            Description = description,
            Schema = new OpenApiSchema
            {
                Type = IsNumber ? JsonSchemaType.Integer : IsFlag ? JsonSchemaType.Boolean : JsonSchemaType.String,
                Format = IsNumber ? "int64" : null,
                Enum = Values is null ? null : [.. Values.Select(value => JsonValue.Create(value))],
            },
            Example = Example is null ? null
                : IsNumber || IsFlag ? JsonNode.Parse(Example)
                : JsonValue.Create(Example),
        });
    }
}

/// <summary>Declares a header that an action reads from the request without MVC's binding.</summary>
internal class RequestHeaderAttribute(string name, string description)
    : RequestParameterAttribute(ParameterLocation.Header, name, description);

/// <summary>
/// Declares a query parameter that an action reads from the request itself: MVC's binding would cost every request,
/// even without the parameter.
/// </summary>
internal class RequestQueryAttribute(string name, string description)
    : RequestParameterAttribute(ParameterLocation.Query, name, description);

/// <summary>Declares a path parameter that an action reads from the request without MVC's binding.</summary>
/// <param name="name">The name in the route.</param>
internal sealed class RequestPathAttribute(string name, string description)
    : RequestParameterAttribute(ParameterLocation.Path, name, description);
