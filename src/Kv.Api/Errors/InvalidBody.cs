using FluentValidation.Results;
using Microsoft.AspNetCore.Mvc;

namespace Kv.Api.Errors;

/// <summary>The answer to a body that is not there, or no JSON.</summary>
internal static class InvalidBody
{
    public static IActionResult ToResult(ActionContext context)
    {
        var failures = context.ModelState.SelectMany(
            field => field.Value!.Errors.Select(error => new ValidationFailure("body", error.ErrorMessage)));
        return Problems.Invalid(failures, Problems.InvalidInput).ToResult();
    }
}
