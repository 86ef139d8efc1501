using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace Kv.Api.OpenApi.Attributes;

/// <summary>Declares a parameter that an action reads from the request without MVC's binding.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal abstract class RequestParameterAttribute(ParameterLocation location, string name, string description)
    : Attribute
{
    public ParameterLocation Location { get; } = location;

    public string Name { get; } = name;

    public string Description { get; } = description;

    /// <summary>An example. It must be valid, because Swagger UI sends it unchanged.</summary>
    public string? Example { get; init; }

    /// <summary>The allowed values; null for any text.</summary>
    public string[]? Values { get; init; }

    /// <summary>Whether the parameter is a whole number.</summary>
    public bool IsNumber { get; init; }

    /// <summary>Whether the parameter is a flag.</summary>
    public bool IsFlag { get; init; }

    /// <summary>The schema of the parameter.</summary>
    public OpenApiSchema Schema() => new()
    {
        Type = IsNumber ? JsonSchemaType.Integer : IsFlag ? JsonSchemaType.Boolean : JsonSchemaType.String,
        Format = IsNumber ? "int64" : null,
        Enum = Values is null ? null : [.. Values.Select(value => JsonValue.Create(value))],
    };

    /// <summary><see cref="Example"/> in the parameter's type.</summary>
    public JsonNode? TypedExample() => Example is null ? null
        : IsNumber || IsFlag ? JsonNode.Parse(Example)
        : JsonValue.Create(Example);
}
