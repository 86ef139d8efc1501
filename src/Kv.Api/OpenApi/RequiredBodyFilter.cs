using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Kv.Api.OpenApi;

/// <summary>Documents bound bodies as required.</summary>
internal sealed class RequiredBodyFilter : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        if (operation.RequestBody is OpenApiRequestBody body
            && context.ApiDescription.ParameterDescriptions.Any(parameter => parameter.Source == BindingSource.Body))
            body.Required = true;
    }
}
