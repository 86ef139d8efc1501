using Kv.Api.Access;
using Kv.Api.Http;
using Kv.Api.Tenants;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Kv.Api.Middleware;

/// <summary>
/// Sets the cache headers of the API's answers and of every error: shared caches must not store them (RFC 9111, section
/// 5.2.2.7), private caches must revalidate them, and browsers must not guess their type.
/// </summary>
internal sealed class CachePolicy
{
    private static readonly StringValues CacheControl = "private, no-cache";

    private readonly RequestDelegate _next;

    // The same value for every answer, even if it does not depend on all of these headers: it is built only once.
    private readonly StringValues _vary;
    private readonly Func<object, Task> _set;

    public CachePolicy(RequestDelegate next, TenantOptions tenants)
    {
        _next = next;
        _vary = string.Join(
            ", ", HeaderNames.Accept, tenants.NamespaceHeader, tenants.AppNameHeader, HeaderNames.Authorization,
            Credentials.ApiKeyHeader);
        _set = Set;
    }

    /// <summary>
    /// Must run before the exception handler, which clears the headers and sets others: callbacks that are registered
    /// first run last.
    /// </summary>
    public Task Invoke(HttpContext context)
    {
        context.Response.OnStarting(_set, context);
        return _next(context);
    }

    private Task Set(object state)
    {
        var context = (HttpContext)state;
        var headers = context.Response.Headers;
        if (context.Response.StatusCode >= StatusCodes.Status400BadRequest)
        {
            headers.CacheControl = CacheControl;
            headers.Pragma = default;
            headers.Expires = default;
        }
        else if (!context.IsApiCall())
            return Task.CompletedTask;
        // An answer with a secret has a stricter policy of its own.
        else if (headers.CacheControl.Count == 0)
            headers.CacheControl = CacheControl;
        headers.Vary = StringValues.Concat(headers.Vary, _vary);
        headers.XContentTypeOptions = "nosniff";
        return Task.CompletedTask;
    }
}
