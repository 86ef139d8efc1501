using Microsoft.AspNetCore.Mvc.Filters;

namespace Kv.Api.Errors;

/// <summary>Answers 404, and says why, where what a controller is about is not in use.</summary>
internal abstract class InUseFilter(bool isInUse, string error, string detail) : IResourceFilter
{
    public void OnResourceExecuting(ResourceExecutingContext context)
    {
        if (!isInUse)
            context.Result = Problems.Of(StatusCodes.Status404NotFound, error, detail).ToResult();
    }

    public void OnResourceExecuted(ResourceExecutedContext context)
    {
        // There is nothing to do after it.
    }
}
