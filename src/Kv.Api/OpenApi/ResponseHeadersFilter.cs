using System.Reflection;
using Kv.Api.OpenApi.Attributes;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Kv.Api.OpenApi;

/// <summary>Documents the response headers that actions declare.</summary>
internal sealed class ResponseHeadersFilter : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        var answered = context.MethodInfo.GetCustomAttributes<ResponseHeaderAttribute>()
            .Concat(context.MethodInfo.DeclaringType!.GetCustomAttributes<ResponseHeaderAttribute>())
            .ToArray();
        foreach (var (status, answer) in operation.Responses ?? [])
        {
            if (status[0] is not ('2' or '3') || answer is not OpenApiResponse response || answered.Length == 0)
                continue;
            response.Headers ??= new Dictionary<string, IOpenApiHeader>();
            foreach (var header in answered)
                response.Headers.TryAdd(header.Name, ProblemResponse.Header(header.Description));
        }
    }
}
