using Microsoft.AspNetCore.Mvc.ApplicationModels;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.Extensions.Options;

namespace Kv.Api.Json;

/// <summary>
/// Adds MVC's filters for bodies and parameters only to actions that have a body or parameters. MVC would add them to
/// every action, and each filter costs each request several stages of the pipeline.
/// </summary>
internal sealed class BodyFilters(IOptions<ApiBehaviorOptions> behavior, ILogger<ModelStateInvalidFilter> logger)
    : IConfigureOptions<MvcOptions>, IActionModelConvention
{
    private readonly IFilterMetadata _isRead = new ModelStateInvalidFilter(behavior.Value, logger);
    private readonly IFilterMetadata _isOfAKnownType = new UnsupportedContentTypeFilter();

    public void Configure(MvcOptions options)
    {
        foreach (var everywhere in options.Filters.OfType<UnsupportedContentTypeFilter>().ToArray())
            options.Filters.Remove(everywhere);
        options.Conventions.Add(this);
    }

    public void Apply(ActionModel action)
    {
        var takesBody = Takes(action, BindingSource.Body);
        if (takesBody)
            action.Filters.Add(_isOfAKnownType);
        if (takesBody || Takes(action, BindingSource.Query))
            action.Filters.Add(_isRead);
    }

    private static bool Takes(ActionModel action, BindingSource source) =>
        action.Parameters.Any(parameter => parameter.BindingInfo?.BindingSource == source);
}
