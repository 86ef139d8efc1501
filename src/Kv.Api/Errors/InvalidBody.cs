using FluentValidation.Results;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Infrastructure;

namespace Kv.Api.Errors;

/// <summary>The answer to a body that cannot be read: which member is wrong, and why.</summary>
internal static class InvalidBody
{
    public static IActionResult ToResult(ActionContext context)
    {
        var failures = context.ModelState.SelectMany(
            field => field.Value!.Errors.Select(error => new ValidationFailure(FieldName(field.Key), error.ErrorMessage)));
        return Problems.Invalid(failures, Problems.InvalidInput).ToResult();
    }

    // What is no JSON at all has a path of the serializer's ("$", "$.value"), or none.
    private static string FieldName(string path) => path.Length == 0 || path[0] == '$' ? "body" : path;
}

/// <summary>Answers that MVC gives by itself (415, say) look like every other problem.</summary>
internal sealed class ProblemFactory : IClientErrorFactory
{
    public IActionResult? GetClientError(ActionContext actionContext, IClientErrorActionResult clientError) =>
        clientError.StatusCode switch
        {
            StatusCodes.Status415UnsupportedMediaType => Problems.Of(
                StatusCodes.Status415UnsupportedMediaType, Problems.InvalidInput, "Content-Type must be application/json").ToResult(),
            { } status => Problems.Of(status).ToResult(),
            null => null,
        };
}
