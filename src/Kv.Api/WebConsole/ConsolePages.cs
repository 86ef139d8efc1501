using System.Net;
using Kv.Api.Configuration;
using Kv.Api.Errors;
using Kv.Api.Health;

namespace Kv.Api.WebConsole;

/// <summary>
/// Serves the console: pages in which a person sees and changes what the API gives. The pages hold no data; they call
/// the API with the credential that the person enters.
/// </summary>
internal static class ConsolePages
{
    private const string Root = "/console";

    // Values are shown as images from memory (blob:). Other sites can neither be called nor embed the pages.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>
    /// Serves the console, if it is on. On a branch of its own, so that calls do not pass through it.
    /// </summary>
    public static WebApplication UseConsole(this WebApplication app, KvOptions options)
    {
        if (!options.HasConsole)
            return app;
        var settings = ConsoleSettings.From(options);
        app.UseWhen(
            static context => context.Request.Path.StartsWithSegments(Root),
            console => console.Run(context => Answer(context, settings)));
        return app;
    }

    /// <summary>Answers <c>GET /</c>: a page that offers the console and Swagger UI, or Swagger UI alone.</summary>
    public static void MapStart(this WebApplication app, KvOptions options)
    {
        var start = options.HasConsole
            ? app.MapGet("/", (HttpContext context) =>
            {
                Protect(context.Response.Headers);
                return Results.Content(StartPage(context.Request.PathBase), "text/html; charset=utf-8");
            })
            : app.MapGet("/", () => Results.LocalRedirect("~/swagger"));
        start.ExcludeFromDescription().AllowAnonymous();
    }

    private static async Task Answer(HttpContext context, ConsoleSettings settings)
    {
        var (request, response) = (context.Request, context.Response);
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            response.Headers.Allow = "GET, HEAD";
            response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return;
        }
        var path = request.Path.Value![Root.Length..];
        // Relative links need the slash at the end.
        if (path.Length == 0)
        {
            response.Redirect($"{request.PathBase}{Root}/");
            return;
        }
        Protect(response.Headers);
        response.Headers.CacheControl = "no-cache";
        if (path == "/settings.json")
        {
            await response.WriteAsJsonAsync(
                settings, ConsoleJson.Default.ConsoleSettings, cancellationToken: context.RequestAborted);
            return;
        }
        if (ConsoleFiles.Find(path == "/" ? "index.html" : path[1..]) is not { } file)
        {
            await Problems.OfStatus(StatusCodes.Status404NotFound).WriteTo(context);
            return;
        }
        response.Headers.ETag = file.Tag.ToString();
        if (request.GetTypedHeaders().IfNoneMatch.Any(tag => tag.Compare(file.Tag, useStrongComparison: false)))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }
        response.ContentType = file.Type;
        response.ContentLength = file.Content.Length;
        await response.Body.WriteAsync(file.Content, context.RequestAborted);
    }

    private static void Protect(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
    }

    private static string StartPage(PathString pathBase)
    {
        var root = WebUtility.HtmlEncode(pathBase.ToUriComponent());
        return
            $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
              <meta charset="utf-8">
              <meta name="viewport" content="width=device-width, initial-scale=1">
              <meta name="color-scheme" content="light dark">
              <title>Kv</title>
              <link rel="icon" href="{root}{Root}/icon.svg">
              <link rel="stylesheet" href="{root}{Root}/css/base.css">
              <link rel="stylesheet" href="{root}{Root}/css/start.css">
            </head>
            <body>
              <main class="start">
                <h1>Kv <small>{ProgramVersion.Text}</small></h1>
                <a class="start-link" href="{root}{Root}/"><b>Console</b> See and change keys, watch changes, follow webhooks.</a>
                <a class="start-link" href="{root}/swagger"><b>Swagger UI</b> Read about each call of the API, and try it.</a>
              </main>
            </body>
            </html>

            """;
    }
}
