using FluentValidation.Results;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace Kv.Api.Errors;

/// <summary>The answer to a body that is not there, or no JSON, and to a parameter of another type than it must be.</summary>
internal static class InvalidBody
{
    public static IActionResult ToResult(ActionContext context)
    {
        var failures = context.ModelState.SelectMany(
            field => field.Value!.Errors.Select(error => new ValidationFailure(FieldOf(context, field.Key), error.ErrorMessage)));
        return Problems.Invalid(failures, Problems.InvalidInput).ToResult();
    }

    // A parameter that cannot be read is named by itself; whatever else there is concerns the body as a whole.
    private static string FieldOf(ActionContext context, string field) =>
        context.ActionDescriptor.Parameters.Any(
            parameter => parameter.BindingInfo?.BindingSource == BindingSource.Query && parameter.Name == field)
            ? field
            : "body";
}
