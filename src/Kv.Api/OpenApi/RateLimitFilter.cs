using Kv.Api.RateLimits;
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

    private static OpenApiResponse TooMany(OperationFilterContext context) => ProblemResponse.Of(
        context,
        "Where requests are limited (`RATE_LIMIT_PER_SECOND`): this namespace and app made more than they may; nothing was done.",
        new()
        {
            ["Retry-After"] = ProblemResponse.Header("Seconds after which to try again.", JsonSchemaType.Integer),
            [RateLimitHeaders.Policy] = ProblemResponse.Header("`q` requests at once, and as many again in `w` seconds; on every answer."),
            [RateLimitHeaders.Limit] = ProblemResponse.Header("`r` requests are left; in `t` seconds there are more. On every answer."),
        });
}
