using System.Reflection;
using Kv.Api.OpenApi.Attributes;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Kv.Api.OpenApi;

/// <summary>Documents that values may also be sent and returned as raw bytes of any media type.</summary>
internal sealed class RawValueFilter : IOperationFilter
{
    private const string AnyType = "*/*";

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        if (context.MethodInfo.GetCustomAttribute<RawValueAttribute>() is not { } raw)
            return;
        if (raw.InBody && operation.RequestBody is OpenApiRequestBody body)
            body.Content![AnyType] = Bytes();
        if (!raw.InBody && operation.Responses?["200"] is OpenApiResponse answer)
            answer.Content![AnyType] = Bytes();
    }

    private static OpenApiMediaType Bytes() =>
        new() { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" } };
}
