using System.Reflection;
using System.Text.Json.Nodes;
using Kv.Api.OpenApi.Attributes;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Kv.Api.OpenApi;

/// <summary>Documents the streams that <see cref="StreamsAttribute"/> declares.</summary>
internal sealed class StreamFilter : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        if (context.MethodInfo.GetCustomAttribute<StreamsAttribute>() is not { } streams)
            return;
        if (operation.Responses?["200"].Content?.TryGetValue(streams.ContentType, out var content) == true
            && content is OpenApiMediaType answer)
            (answer.Schema, answer.Example) = (Stream(), JsonValue.Create(streams.Example));
        if (streams.Body is null)
            return;
        operation.RequestBody = new OpenApiRequestBody
        {
            Description = streams.Body,
            Content = new Dictionary<string, IOpenApiMediaType>
            {
                [streams.ContentType] = new OpenApiMediaType
                {
                    Schema = Stream(),
                    Example = JsonValue.Create(streams.BodyExample),
                },
            },
        };
    }

    // Bytes that a client reads as a stream: a schema cannot describe a single line or event.
    private static OpenApiSchema Stream() => new() { Type = JsonSchemaType.String, Format = "binary" };
}
