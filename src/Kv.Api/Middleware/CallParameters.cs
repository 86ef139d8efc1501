using System.Collections.Frozen;
using Kv.Api.OpenApi.Attributes;
using Microsoft.AspNetCore.Mvc.ApplicationModels;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.OpenApi;

namespace Kv.Api.Middleware;

/// <summary>The query parameters and Kv's own headers that a call accepts.</summary>
/// <param name="Query">The names of the query parameters.</param>
/// <param name="Headers">The names of the headers.</param>
internal sealed record CallParameters(FrozenSet<string> Query, FrozenSet<string> Headers)
{
    /// <summary>Collects the parameters that the action binds, and those that its attributes declare.</summary>
    public static CallParameters From(ActionModel action)
    {
        var read = action.Attributes.OfType<RequestParameterAttribute>().ToList();
        var bound = action.Parameters
            .Where(parameter => parameter.BindingInfo?.BindingSource == BindingSource.Query)
            .Select(parameter => parameter.BindingInfo!.BinderModelName ?? parameter.Name);
        return new CallParameters(Set(bound.Concat(In(ParameterLocation.Query))), Set(In(ParameterLocation.Header)));

        IEnumerable<string> In(ParameterLocation location) =>
            read.Where(parameter => parameter.Location == location).Select(parameter => parameter.Name);

        static FrozenSet<string> Set(IEnumerable<string> names) => names.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Adds the parameters to the metadata of each endpoint.</summary>
    internal sealed class Convention : IActionModelConvention
    {
        public void Apply(ActionModel action)
        {
            var parameters = From(action);
            foreach (var selector in action.Selectors)
                selector.EndpointMetadata.Add(parameters);
        }
    }
}
