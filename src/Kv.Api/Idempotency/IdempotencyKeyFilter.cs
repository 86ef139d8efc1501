using Microsoft.AspNetCore.Mvc.Filters;

namespace Kv.Api.Idempotency;

/// <summary>Refuses the header where it would have no effect: a caller who trusts in it must not be left to find out.</summary>
internal sealed class IdempotencyKeyFilter : IResourceFilter
{
    public void OnResourceExecuting(ResourceExecutingContext context)
    {
        var request = context.HttpContext.Request;
        if (HttpMethods.IsPost(request.Method)
            && request.Headers.ContainsKey(IdempotencyHeader.Name)
            && !context.ActionDescriptor.EndpointMetadata.OfType<TakesIdempotencyKeyAttribute>().Any())
            throw IdempotencyHeader.NotTaken();
    }

    public void OnResourceExecuted(ResourceExecutedContext context)
    {
        // There is nothing to do after it.
    }
}
