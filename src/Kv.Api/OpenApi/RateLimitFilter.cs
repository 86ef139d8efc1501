using Kv.Api.OpenApi.Attributes;
using Kv.Api.RateLimits;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Kv.Api.OpenApi;

/// <summary>Documents the answer 429 on every call.</summary>
internal sealed class RateLimitFilter : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        var before = operation.Responses ?? [];
        var responses = new OpenApiResponses();
        var ours = KeyValuePair.Create<string, IOpenApiResponse>("429", TooMany(context));
        foreach (var (status, response) in before.Append(ours)
            .OrderBy(response => response.Key, StringComparer.Ordinal))
            responses.Add(status, response);
        operation.Responses = responses;
    }

    private static OpenApiResponse TooMany(OperationFilterContext context) => ProblemResponse.Create(
        context,
        "With `RATE_LIMIT_PER_SECOND`: this namespace and app exceeds the limit; nothing was done.",
        new()
        {
            ["Retry-After"] = ProblemResponse.Header("The seconds to wait before a retry.", JsonSchemaType.Integer),
            [TenantLimit.Policy] =
                ProblemResponse.Header("`q` requests at once, and again after `w` seconds; on every answer."),
            [TenantLimit.Limit] =
                ProblemResponse.Header("`r` requests are left; in `t` seconds there are more. On every answer."),
        });
}
