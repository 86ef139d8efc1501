using Kv.Api.Errors;
using Kv.Api.RateLimits;
using Microsoft.AspNetCore.Mvc;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Kv.Api.OpenApi;

/// <summary>Shows on every call that it may be one too many, where requests are limited.</summary>
internal sealed class RateLimitFilter : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        var before = operation.Responses ?? [];
        var responses = new OpenApiResponses();
        var ours = KeyValuePair.Create<string, IOpenApiResponse>("429", TooMany(context));
        foreach (var (status, response) in before.Append(ours).OrderBy(response => response.Key, StringComparer.Ordinal))
            responses.Add(status, response);
        operation.Responses = responses;
    }

    private static OpenApiResponse TooMany(OperationFilterContext context) => new()
    {
        Description = "Where requests are limited (`RATE_LIMIT_PER_SECOND`): this namespace and app made more than they may; nothing was done.",
        Headers = new Dictionary<string, IOpenApiHeader>
        {
            ["Retry-After"] = Header("Seconds after which to try again.", JsonSchemaType.Integer),
            [RateLimitHeaders.Policy] = Header("`q` requests at once, and as many again in `w` seconds; on every answer.", JsonSchemaType.String),
            [RateLimitHeaders.Limit] = Header("`r` requests are left; in `t` seconds there are more. On every answer.", JsonSchemaType.String),
        },
        Content = new Dictionary<string, OpenApiMediaType>
        {
            [Problems.ContentType] = new()
            {
                Schema = context.SchemaGenerator.GenerateSchema(typeof(ProblemDetails), context.SchemaRepository),
            },
        },
    };

    private static OpenApiHeader Header(string description, JsonSchemaType type) =>
        new() { Description = description, Schema = new OpenApiSchema { Type = type } };
}
