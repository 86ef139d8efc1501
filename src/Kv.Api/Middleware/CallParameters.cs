using System.Collections.Frozen;
using FluentValidation.Results;
using Kv.Api.Errors;
using Kv.Api.OpenApi.Attributes;
using Microsoft.AspNetCore.Mvc.ApplicationModels;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.OpenApi;

namespace Kv.Api.Middleware;

/// <summary>The query parameters and Kv's own headers that a call accepts.</summary>
/// <param name="Query">The names of the query parameters.</param>
/// <param name="Headers">The names of the headers.</param>
internal sealed record CallParameters(FrozenSet<string> Query, FrozenSet<string> Headers)
{
    // The parameters that the action binds, and those that its attributes declare.
    private static CallParameters From(ActionModel action)
    {
        var read = action.Attributes.OfType<RequestParameterAttribute>().ToList();
        var bound = action.Parameters
            .Where(IsBound)
            .Select(parameter => parameter.BindingInfo!.BinderModelName ?? parameter.Name);
        return new CallParameters(Set(bound.Concat(In(ParameterLocation.Query))), Set(In(ParameterLocation.Header)));

        IEnumerable<string> In(ParameterLocation location) =>
            read.Where(parameter => parameter.Location == location).Select(parameter => parameter.Name);

        static FrozenSet<string> Set(IEnumerable<string> names) => names.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
    }

    private static bool IsBound(ParameterModel parameter) =>
        parameter.BindingInfo?.BindingSource == BindingSource.Query;

    /// <summary>
    /// Adds the parameters to the metadata of each endpoint, and lets those that MVC binds be checked. MVC's own check
    /// would cost every call.
    /// </summary>
    internal sealed class Convention : IActionModelConvention
    {
        public void Apply(ActionModel action)
        {
            var parameters = From(action);
            foreach (var selector in action.Selectors)
                selector.EndpointMetadata.Add(parameters);
            if (action.Parameters.Any(IsBound))
                action.Filters.Add(new Check());
        }
    }

    private sealed class Check : ActionFilterAttribute
    {
        public override void OnActionExecuting(ActionExecutingContext context)
        {
            var mistakes = context.ModelState.SelectMany(field => field.Value!.Errors.Select(
                error => new ValidationFailure(field.Key, error.ErrorMessage)));
            if (!context.ModelState.IsValid)
                context.Result = Problems.Invalid(mistakes, Problems.InvalidInput).ToResult();
        }
    }
}
