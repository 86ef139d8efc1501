namespace Kv.Api.OpenApi;

/// <summary>
/// The content security policy of Swagger UI: the page may load and call only this site, and other sites cannot embed
/// it. So a credential that is entered there is not sent elsewhere.
/// </summary>
internal static class PagePolicy
{
    // Swagger UI uses inline styles.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
        + "img-src 'self' data:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Middleware: adds the policy to answers.</summary>
    public static Task Set(HttpContext context, RequestDelegate next)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        return next(context);
    }
}
