using System.Reflection;
using System.Text.Json.Nodes;
using Kv.Api.OpenApi.Attributes;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Kv.Api.OpenApi;

/// <summary>Documents the allowed texts of members and parameters.</summary>
internal sealed class OneOfSchemaFilter : ISchemaFilter
{
    public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
    {
        var documented = context.MemberInfo?.GetCustomAttribute<OneOfAttribute>()
            ?? context.ParameterInfo?.GetCustomAttribute<OneOfAttribute>();
        if (schema is OpenApiSchema member && documented is { } oneOf)
            (member.Type?.HasFlag(JsonSchemaType.Array) == true ? (OpenApiSchema)member.Items! : member).Enum =
                [.. oneOf.Values.Select(value => JsonValue.Create(value))];
    }
}
