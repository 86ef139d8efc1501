namespace Kv.Api.OpenApi;

/// <summary>
/// The content security policy of pages: a page may load and call only this site, and other sites cannot embed it. So a
/// credential that is entered there is not sent elsewhere.
/// </summary>
internal static class PagePolicy
{
    // Swagger UI uses inline styles.
    private const string SwaggerPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
        + "img-src 'self' data:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Middleware of Swagger UI: adds its policy to answers.</summary>
    public static Task Set(HttpContext context, RequestDelegate next)
    {
        Set(context.Response.Headers, SwaggerPolicy);
        return next(context);
    }

    /// <summary>
    /// Sets the policy of a page. Browsers must neither guess the page's type nor name its address to other sites.
    /// </summary>
    public static void Set(IHeaderDictionary headers, string policy)
    {
        headers.ContentSecurityPolicy = policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
    }
}
