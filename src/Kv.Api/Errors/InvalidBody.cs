using FluentValidation.Results;
using Kv.Api.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace Kv.Api.Errors;

/// <summary>The answer to a body that cannot be read: which member is wrong, and why.</summary>
internal static class InvalidBody
{
    public static IActionResult ToResult(ActionContext context)
    {
        var failures = context.ModelState.Values.SelectMany(state => state.Errors).Select(ToFailure).ToList();
        // What binding says of the parameter itself ("The body field is required.") repeats what reading it said.
        if (failures.Count > 1)
            failures.RemoveAll(failure => failure.PropertyName == "" );
        foreach (var failure in failures.Where(failure => failure.PropertyName == ""))
            failure.PropertyName = "body";
        return Problems.Invalid(failures, Problems.InvalidInput).ToResult();
    }

    private static ValidationFailure ToFailure(ModelError error) => error.Exception switch
    {
        { InnerException: BodyException member } => new ValidationFailure(member.Field, member.Message),
        { InnerException: System.Text.Json.JsonException broken } =>
            new ValidationFailure("body", $"The body is not JSON: {broken.Message}"),
        _ => new ValidationFailure("", error.ErrorMessage),
    };
}
