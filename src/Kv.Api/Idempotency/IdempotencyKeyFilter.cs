using Microsoft.AspNetCore.Mvc.ApplicationModels;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.Routing;

namespace Kv.Api.Idempotency;

/// <summary>Refuses the header where it would have no effect: a caller who trusts in it must not be left to find out.</summary>
internal sealed class IdempotencyKeyFilter : IResourceFilter, IActionModelConvention
{
    /// <summary>It stands before the calls by POST that do not take the header, and costs the others nothing.</summary>
    public void Apply(ActionModel action)
    {
        if (action.Attributes.OfType<IActionHttpMethodProvider>().Any(route => route.HttpMethods.Contains(HttpMethods.Post))
            && !action.Attributes.OfType<TakesIdempotencyKeyAttribute>().Any())
            action.Filters.Add(this);
    }

    public void OnResourceExecuting(ResourceExecutingContext context)
    {
        if (context.HttpContext.Request.Headers.ContainsKey(IdempotencyHeader.Name))
            throw IdempotencyHeader.NotTaken();
    }

    public void OnResourceExecuted(ResourceExecutedContext context)
    {
        // There is nothing to do after it.
    }
}
