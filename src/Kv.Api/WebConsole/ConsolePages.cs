using System.Net;
using System.Security.Cryptography;
using System.Text;
using Kv.Api.Configuration;
using Kv.Api.Errors;
using Kv.Api.Health;
using Kv.Api.Json;
using Kv.Api.OpenApi;

namespace Kv.Api.WebConsole;

/// <summary>
/// Serves the console: pages in which people view and change data through the API. The pages contain no data; they call
/// the API with the credential that the person enters.
/// </summary>
internal static class ConsolePages
{
    private const string Root = "/console";

    private static readonly string Files = $"/{ConsoleFiles.Folder}/";
    private static readonly string FrameHash =
        Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(ConsoleFiles.FrameStyle)));

    // Values are shown as images from memory (blob:). Other sites can neither be called nor embed the pages. The one
    // style within the page is allowed by its hash.
    private static readonly string Policy =
        $"default-src 'none'; script-src 'self'; style-src 'self' 'sha256-{FrameHash}'; img-src 'self' blob: data:; "
        + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>
    /// Serves the console, if it is on. It has its own branch, so that other requests do not pass through it.
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
                PagePolicy.Set(context.Response.Headers, Policy);
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
        PagePolicy.Set(response.Headers, Policy);
        response.Headers.CacheControl = "no-cache";
        if (path == "/settings.json")
        {
            await response.WriteAsJsonAsync(settings, KvJson.TypeOf<ConsoleSettings>(), null, context.RequestAborted);
            return;
        }
        if (FileAt(path) is not { } file)
        {
            await Problems.OfStatus(StatusCodes.Status404NotFound).WriteTo(context);
            return;
        }
        if (path.StartsWith(Files, StringComparison.Ordinal))
            response.Headers.CacheControl = "public, max-age=31536000, immutable";
        await Results.Bytes(file.Content, file.Type, entityTag: file.Tag).ExecuteAsync(context);
    }

    private static ConsoleFile? FileAt(string path)
    {
        if (path == "/")
            return ConsoleFiles.Page;
        // During an upgrade, a page of another version may ask this replica. It gets this replica's files, and asks
        // again next time.
        var end = path.StartsWith("/v-", StringComparison.Ordinal) ? path.IndexOf('/', 1) : -1;
        return end < 0 ? null : ConsoleFiles.Find(path[(end + 1)..]);
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
              <link rel="icon" href="{root}{Root}{Files}icon.svg">
              <link rel="stylesheet" href="{root}{Root}{Files}css/base.css">
              <link rel="stylesheet" href="{root}{Root}{Files}css/start.css">
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
