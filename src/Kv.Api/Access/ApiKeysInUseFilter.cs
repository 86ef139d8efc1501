using Kv.Api.Errors;
using Microsoft.AspNetCore.Mvc.Filters;

namespace Kv.Api.Access;

/// <summary>
/// Manages no API keys where none are asked for: whoever reaches the port could make one for the day on which they are.
/// </summary>
internal sealed class ApiKeysInUseFilter(AccessOptions options) : IResourceFilter
{
    public void OnResourceExecuting(ResourceExecutingContext context)
    {
        if (options.Mode != AccessMode.ApiKey)
            context.Result = Problems.Of(
                StatusCodes.Status404NotFound, "API keys are not in use", "API keys are managed here with AUTH=apikey only.").ToResult();
    }

    public void OnResourceExecuted(ResourceExecutedContext context)
    {
        // There is nothing to do after it.
    }
}
