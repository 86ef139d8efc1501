using Kv.Api.Errors;
using Microsoft.AspNetCore.Mvc.Filters;

namespace Kv.Api.Audit;

/// <summary>Says so where no records are kept that could be read.</summary>
internal sealed class AuditInStoreFilter(AuditOptions options) : IResourceFilter
{
    public void OnResourceExecuting(ResourceExecutingContext context)
    {
        if (!options.IsKept)
            context.Result = Problems.Of(
                StatusCodes.Status404NotFound, Problems.AuditNotKept, "Records of the audit are kept, and read here, with AUDIT=store only.").ToResult();
    }

    public void OnResourceExecuted(ResourceExecutedContext context)
    {
        // There is nothing to do after it.
    }
}
