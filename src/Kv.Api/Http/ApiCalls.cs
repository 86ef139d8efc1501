using Microsoft.AspNetCore.Mvc.Controllers;

namespace Kv.Api.Http;

/// <summary>Tells calls of the API from requests for probes, metrics and pages.</summary>
internal static class ApiCalls
{
    /// <summary>Whether a controller answers the request. False before routing.</summary>
    public static bool IsApiCall(this HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<ControllerActionDescriptor>() is not null;
}
