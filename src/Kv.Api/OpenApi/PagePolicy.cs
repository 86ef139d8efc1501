namespace Kv.Api.OpenApi;

/// <summary>
/// What browsers are told of the pages that Kv has itself: they load and ask nothing but this site, and nobody shows them within a page of
/// theirs. A credential that is typed in there goes nowhere else.
/// </summary>
internal static class PagePolicy
{
    // Swagger UI writes styles into its page.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Middleware: sends the policy along.</summary>
    public static Task Set(HttpContext context, RequestDelegate next)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        return next(context);
    }
}
