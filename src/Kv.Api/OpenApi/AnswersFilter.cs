using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using Kv.Api.Errors;
using Kv.Api.OpenApi.Attributes;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Kv.Api.OpenApi;

/// <summary>
/// Documents examples and headers of problems, and that answers to HEAD have no body (RFC 9110, section 9.3.2).
/// </summary>
internal sealed class AnswersFilter : IOperationFilter
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
            media.Example = Example(
                int.Parse(status, CultureInfo.InvariantCulture), errors.GetValueOrDefault(status), invalid);
            if (status == "503" && response is OpenApiResponse unavailable)
                unavailable.Headers = UnavailableHeaders();
        }
        if (HttpMethods.IsHead(context.ApiDescription.HttpMethod ?? ""))
            foreach (var response in operation.Responses?.Values.OfType<OpenApiResponse>() ?? [])
                response.Content = null;
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

    private static JsonObject Example(int status, string? error, InvalidInputExampleAttribute invalid)
    {
        var title = ReasonPhrases.GetReasonPhrase(status);
        if (status == StatusCodes.Status400BadRequest)
            return Problem(status, title, invalid.Message, invalid.Field);
        return Problem(status, title, error ?? status switch
        {
            404 => Problems.KeyNotFound,
            409 => "Too many webhooks (max 5)",
            410 => "Revision compacted",
            412 => "Precondition failed",
            413 => "Body too large",
            415 => Problems.InvalidInput,
            429 => Problems.TooManyRequests,
            503 => "Store unavailable",
            507 => "Store out of space",
            _ => title,
        });
    }

    private static JsonObject Problem(int status, string title, string error, string? field = null)
    {
        var problem = new JsonObject { ["title"] = title, ["status"] = status, ["error"] = error };
        if (field is not null)
            problem["errors"] = new JsonObject { [field] = new JsonArray(error) };
        return problem;
    }
}
