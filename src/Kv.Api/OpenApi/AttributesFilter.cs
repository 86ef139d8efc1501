using Kv.Api.OpenApi.Attributes;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Kv.Api.OpenApi;

/// <summary>Lets the attributes of an action document it, and then those of its controller.</summary>
internal sealed class AttributesFilter : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        var ofAction = context.MethodInfo.GetCustomAttributes(inherit: true);
        var ofController = context.MethodInfo.DeclaringType!.GetCustomAttributes(inherit: true);
        foreach (var documenting in ofAction.Concat(ofController).OfType<IOperationFilter>())
            documenting.Apply(operation, context);
        // The framework passes on the types of answers, and not their descriptions.
        foreach (var answer in ofController.Concat(ofAction).OfType<ProducesAnswerAttribute>())
            operation.Responses![$"{answer.StatusCode}"].Description = answer.Description;
        // Generated clients take parameters in this order: path, query, headers.
        operation.Parameters = [.. (operation.Parameters ?? []).OrderBy(parameter => parameter.In switch
        {
            ParameterLocation.Path => 0,
            ParameterLocation.Query => 1,
            _ => 2,
        })];
    }
}
