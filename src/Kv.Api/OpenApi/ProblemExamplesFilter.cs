using System.Reflection;
using System.Text.Json.Nodes;
using Kv.Api.Errors;
using Kv.Api.KeyValues;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Kv.Api.OpenApi;

/// <summary>Shows what each problem looks like, and which headers come with it.</summary>
internal sealed class ProblemExamplesFilter : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        var errors = context.MethodInfo.GetCustomAttributes<ProducesProblemAttribute>()
            .ToDictionary(problem => $"{problem.StatusCode}", problem => problem.Error);
        foreach (var (status, response) in operation.Responses ?? [])
        {
            if (response.Content?.TryGetValue(Problems.ContentType, out var content) != true || content is null)
                continue;
            content.Example = Example(
                status, hasBody: operation.RequestBody is not null, errors.GetValueOrDefault(status),
                isOfKeys: context.MethodInfo.DeclaringType == typeof(KeyValuesController));
            if (status == "503" && response is OpenApiResponse unavailable)
                unavailable.Headers = UnavailableHeaders();
        }
    }

    private static Dictionary<string, IOpenApiHeader> UnavailableHeaders() => new()
    {
        ["Retry-After"] = ProblemResponse.Header("Seconds after which to try again.", JsonSchemaType.Integer),
        [ProblemExceptionHandler.OutcomeHeader] =
            ProblemResponse.Header("`unknown` when a write was sent and not confirmed: it may have happened."),
    };

    private static JsonObject? Example(string status, bool hasBody, string? error, bool isOfKeys) => status switch
    {
        "400" when !isOfKeys => Problem(
            400, "Bad Request", "Namespace too long (max 25 characters)", ("namespace", "Namespace too long (max 25 characters)")),
        "400" when hasBody => Problem(
            400, "Bad Request", "TTL must be between 0 and 31536000 seconds", ("ttl", "TTL must be between 0 and 31536000 seconds")),
        "400" => Problem(
            400, "Bad Request", "Key too long (max 100 characters)", ("key", "Key too long (max 100 characters)")),
        "404" => Problem(404, "Not Found", error ?? Problems.KeyNotFound),
        "409" => Problem(409, "Conflict", "Too many webhooks (max 5)"),
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

    private static JsonObject Problem(int status, string title, string error, (string Field, string Message)? invalid = null)
    {
        var problem = new JsonObject { ["title"] = title, ["status"] = status, ["error"] = error };
        if (invalid is { } field)
            problem["errors"] = new JsonObject { [field.Field] = new JsonArray(field.Message) };
        return problem;
    }
}
