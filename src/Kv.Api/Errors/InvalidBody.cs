using FluentValidation.Results;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace Kv.Api.Errors;

/// <summary>The answer to a missing or malformed body and to a parameter of the wrong type.</summary>
internal static class InvalidBody
{
    public static IActionResult ToResult(ActionContext context)
    {
        var failures = context.ModelState.SelectMany(
            field => field.Value!.Errors.Select(
                error => new ValidationFailure(FieldOf(context, field.Key), JsonMistake.Describe(error.ErrorMessage))));
        return Problems.Invalid(failures, Problems.InvalidInput).ToResult();
    }

    // A malformed query parameter is named; all other errors concern the body.
    private static string FieldOf(ActionContext context, string field) =>
        context.ActionDescriptor.Parameters.Any(
            parameter => parameter.BindingInfo?.BindingSource == BindingSource.Query && parameter.Name == field)
            ? field
            : "body";
}
