using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Kv.Api.OpenApi;

/// <summary>Documents that answers to HEAD have no body (RFC 9110, section 9.3.2).</summary>
internal sealed class HeadFilter : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        if (!HttpMethods.IsHead(context.ApiDescription.HttpMethod ?? ""))
            return;
        foreach (var response in operation.Responses?.Values.OfType<OpenApiResponse>() ?? [])
            response.Content = null;
    }
}
