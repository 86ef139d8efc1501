using System.Reflection;
using System.Text.Json.Nodes;
using Kv.Api.Errors;
using Kv.Api.OpenApi.Attributes;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Kv.Api.OpenApi;

/// <summary>Documents examples and headers of problems.</summary>
internal sealed class ProblemExamplesFilter : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        var errors = context.MethodInfo.GetCustomAttributes<ProducesProblemAttribute>()
            .ToDictionary(problem => $"{problem.StatusCode}", problem => problem.Error);
        var invalid = context.MethodInfo.GetCustomAttribute<InvalidInputExampleAttribute>()
            ?? context.MethodInfo.DeclaringType!.GetCustomAttribute<InvalidInputExampleAttribute>()
            ?? InvalidInputExampleAttribute.Usual;
        foreach (var (status, response) in operation.Responses ?? [])
        {
            if (response.Content?.TryGetValue(Problems.ContentType, out var content) != true
                || content is not OpenApiMediaType media)
                continue;
            media.Example = Example(status, errors.GetValueOrDefault(status), invalid);
            if (status == "503" && response is OpenApiResponse unavailable)
                unavailable.Headers = UnavailableHeaders();
        }
    }

    private static Dictionary<string, IOpenApiHeader> UnavailableHeaders() => new()
    {
        ["Retry-After"] = ProblemResponse.Header("The seconds to wait before a retry.", JsonSchemaType.Integer),
        [Failure.OutcomeHeader] =
            ProblemResponse.Header(
                "`unknown` when a write was sent and not confirmed: "
                + "it may have happened or may still happen. With `If-Match`, "
                + "`If-None-Match` or `Idempotency-Key` it can be repeated unchanged."),
    };

    private static JsonObject? Example(
        string status, string? error, InvalidInputExampleAttribute invalid) => status switch
        {
            "400" => Problem(400, "Bad Request", invalid.Message, invalid.Field),
            "404" => Problem(404, "Not Found", error ?? Problems.KeyNotFound),
            "409" => Problem(409, "Conflict", error ?? "Too many webhooks (max 5)"),
            "412" => Problem(412, "Precondition Failed", "Precondition failed"),
            "410" => Problem(410, "Gone", "Revision compacted"),
            "413" => Problem(413, "Payload Too Large", "Body too large"),
            "415" => Problem(415, "Unsupported Media Type", Problems.InvalidInput),
            "429" => Problem(429, "Too Many Requests", Problems.TooManyRequests),
            "503" => Problem(503, "Service Unavailable", "Store unavailable"),
            "507" => Problem(507, "Insufficient Storage", error ?? "Store out of space"),
            _ when int.TryParse(status, out var code) && ReasonPhrases.GetReasonPhrase(code) is { Length: > 0 } title =>
                Problem(code, title, error ?? title),
            _ => null,
        };

    private static JsonObject Problem(int status, string title, string error, string? field = null)
    {
        var problem = new JsonObject { ["title"] = title, ["status"] = status, ["error"] = error };
        if (field is not null)
            problem["errors"] = new JsonObject { [field] = new JsonArray(error) };
        return problem;
    }
}
