using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.Mvc.ApplicationModels;
using Microsoft.AspNetCore.Mvc.Filters;

namespace Kv.Api.OpenApi;

/// <summary>
/// Removes the attributes that document answers from the filters of actions. MVC treats them as filters, copies them
/// for each request and checks them at each stage of the pipeline. They are restored as filters only while the document
/// is generated.
/// </summary>
internal sealed class ResponseMetadata : IApplicationModelConvention, IApiDescriptionProvider
{
    private static readonly object Key = typeof(ResponseMetadata);

    private readonly Lock _gate = new();
    private int _describing;

    /// <summary>Before the framework's own provider, whose order is -1000.</summary>
    public int Order => -1001;

    public void Apply(ApplicationModel application)
    {
        foreach (var action in application.Controllers.SelectMany(controller => controller.Actions))
            action.Properties[Key] = Described(action.Controller.Filters, FilterScope.Controller)
                .Concat(Described(action.Filters, FilterScope.Action)).ToArray();
        foreach (var controller in application.Controllers)
        {
            Remove(controller.Filters);
            foreach (var action in controller.Actions)
                Remove(action.Filters);
        }
    }

    public void OnProvidersExecuting(ApiDescriptionProviderContext context)
    {
        // Concurrent requests can generate the document at the same time.
        lock (_gate)
            if (_describing++ == 0)
                foreach (var (action, described) in DescribedBy(context))
                    action.FilterDescriptors = [.. action.FilterDescriptors, .. described];
    }

    public void OnProvidersExecuted(ApiDescriptionProviderContext context)
    {
        lock (_gate)
            if (--_describing == 0)
                foreach (var (action, described) in DescribedBy(context))
                    action.FilterDescriptors = [.. action.FilterDescriptors.Except(described)];
    }

    private static IEnumerable<FilterDescriptor> Described(IEnumerable<IFilterMetadata> filters, int scope) =>
        filters.OfType<ProducesResponseTypeAttribute>().Select(filter => new FilterDescriptor(filter, scope));

    private static void Remove(IList<IFilterMetadata> filters)
    {
        foreach (var filter in filters.OfType<ProducesResponseTypeAttribute>().ToArray())
            filters.Remove(filter);
    }

    private static IEnumerable<(ActionDescriptor Action, FilterDescriptor[] Described)> DescribedBy(
        ApiDescriptionProviderContext context)
    {
        foreach (var action in context.Actions)
            if (action.Properties.TryGetValue(Key, out var described))
                yield return (action, (FilterDescriptor[])described!);
    }
}
