using Microsoft.AspNetCore.Mvc.Filters;

namespace Kv.Api.Errors;

/// <summary>Answers 404 with the reason when the controller's feature is not in use.</summary>
internal abstract class InUseFilter(bool isInUse, string error, string detail) : ActionFilterAttribute
{
    public override void OnActionExecuting(ActionExecutingContext context)
    {
        if (!isInUse)
            context.Result = Problems.Create(StatusCodes.Status404NotFound, error, detail).ToResult();
    }
}
