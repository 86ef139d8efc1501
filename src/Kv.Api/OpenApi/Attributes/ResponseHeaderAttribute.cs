using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Kv.Api.OpenApi.Attributes;

/// <summary>Declares a header of successful answers.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true)]
internal sealed class ResponseHeaderAttribute(string name, string description) : Attribute, IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        foreach (var (status, answer) in operation.Responses ?? [])
            if (status[0] is '2' or '3' && answer is OpenApiResponse response)
                (response.Headers ??= new Dictionary<string, IOpenApiHeader>())
                    .TryAdd(name, ProblemResponse.Header(description));
    }
}
