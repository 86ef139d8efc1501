using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Kv.Api.OpenApi.Attributes;

/// <summary>
/// Declares an answer that is a stream, with an example, because a schema cannot describe it: lines of JSON, or
/// server-sent events.
/// </summary>
/// <param name="contentType">The media type of the stream.</param>
/// <param name="example">The beginning of a stream.</param>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class StreamsAttribute(string contentType, string example) : Attribute, IOperationFilter
{
    /// <summary>
    /// The description of the request's body, if it is a stream of the same media type; otherwise null.
    /// </summary>
    public string? Body { get; init; }

    /// <summary>The beginning of a body.</summary>
    public string? BodyExample { get; init; }

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        operation.Responses!["200"].Content![contentType] = RawValueAttribute.Bytes(example);
        if (Body is not null)
            operation.RequestBody = new OpenApiRequestBody
            {
                Description = Body,
                Content = new Dictionary<string, IOpenApiMediaType>
                {
                    [contentType] = RawValueAttribute.Bytes(BodyExample),
                },
            };
    }
}
