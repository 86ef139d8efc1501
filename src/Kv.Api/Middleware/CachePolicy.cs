using Kv.Api.Access;
using Kv.Api.Tenants;
using Microsoft.AspNetCore.Mvc.Controllers;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Kv.Api.Middleware;

/// <summary>
/// Sets the cache headers of the API's answers: shared caches must not store them (RFC 9111, section 5.2.2.7), private
/// caches must revalidate them, and browsers must not guess their type.
/// </summary>
internal sealed class CachePolicy(RequestDelegate next, TenantOptions tenants)
{
    private static readonly StringValues CacheControl = "private, no-cache";

    // The same value for every answer, even if it does not depend on all of these headers: it is built only once.
    private readonly StringValues _vary = string.Join(
        ", ", HeaderNames.Accept, tenants.NamespaceHeader, tenants.AppNameHeader, HeaderNames.Authorization,
        Credentials.ApiKeyHeader);

    public Task Invoke(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<ControllerActionDescriptor>() is not null)
        {
            var headers = context.Response.Headers;
            headers.CacheControl = CacheControl;
            headers.Vary = _vary;
            headers.XContentTypeOptions = "nosniff";
        }
        return next(context);
    }
}
