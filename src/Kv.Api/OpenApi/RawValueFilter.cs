using Kv.Api.KeyValues;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Kv.Api.OpenApi;

/// <summary>Says that a value may be sent and answered as its bytes as well, under whatever media type.</summary>
internal sealed class RawValueFilter : IOperationFilter
{
    private const string AnyType = "*/*";

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        if (context.MethodInfo.DeclaringType != typeof(KeyValuesController))
            return;
        if (context.MethodInfo.Name == nameof(KeyValuesController.Set) && operation.RequestBody is OpenApiRequestBody body)
            body.Content![AnyType] = Bytes();
        if (context.MethodInfo.Name == nameof(KeyValuesController.Get) && operation.Responses?["200"] is OpenApiResponse answer)
            answer.Content![AnyType] = Bytes();
    }

    private static OpenApiMediaType Bytes() =>
        new() { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" } };
}
