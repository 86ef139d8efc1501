using System.Diagnostics;
using Microsoft.AspNetCore.Diagnostics;

namespace Kv.Api.Errors;

/// <summary>Identifies requests in the log.</summary>
internal static class TraceIds
{
    /// <summary>The trace id; without tracing, the server's id of the request.</summary>
    public static string TraceId(this HttpContext context) =>
        Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier;

    /// <summary>The method and the route pattern. The path itself would reveal keys.</summary>
    public static string MethodAndRoute(this HttpContext context)
    {
        // The exception handler removes the endpoint from the request.
        var endpoint = context.GetEndpoint() ?? context.Features.Get<IExceptionHandlerFeature>()?.Endpoint;
        return endpoint is RouteEndpoint { RoutePattern.RawText: { } route }
            ? $"{context.Request.Method} /{route.TrimStart('/')}"
            : context.Request.Method;
    }
}
