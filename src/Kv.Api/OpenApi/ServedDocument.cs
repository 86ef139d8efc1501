using System.Text;
using System.Text.Json;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.Swagger;

namespace Kv.Api.OpenApi;

/// <summary>
/// Serves the OpenAPI document. It is created once: that takes more than a tenth of a second of a processor, and every
/// caller may ask for it.
/// </summary>
internal sealed class ServedDocument(RequestDelegate next, IAsyncSwaggerProvider documents)
{
    private const string Path = "/swagger/v1/swagger.json";
    private const string Root = "\"/\"";

    private readonly Lazy<Task<(byte[] Before, byte[] After)>> _text = new(() => Create(documents));

    public async Task Invoke(HttpContext context)
    {
        var request = context.Request;
        if (request.Path != Path || !(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)))
        {
            await next(context);
            return;
        }
        var (before, after) = await _text.Value;
        context.Response.ContentType = "application/json;charset=utf-8";
        var body = context.Response.Body;
        await body.WriteAsync(before, context.RequestAborted);
        // The path base depends on the request.
        await body.WriteAsync(
            JsonSerializer.SerializeToUtf8Bytes(request.PathBase.HasValue ? request.PathBase.Value : "/"),
            context.RequestAborted);
        await body.WriteAsync(after, context.RequestAborted);
    }

    // The parts before and after the address of the server.
    private static async Task<(byte[] Before, byte[] After)> Create(IAsyncSwaggerProvider documents)
    {
        var document = await documents.GetSwaggerAsync("v1");
        document.Servers = [new OpenApiServer { Url = "/" }];
        var text = await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_0);
        var servers = text.IndexOf("\"servers\"", StringComparison.Ordinal);
        var address = text.IndexOf(Root, servers, StringComparison.Ordinal);
        return (Encoding.UTF8.GetBytes(text[..address]), Encoding.UTF8.GetBytes(text[(address + Root.Length)..]));
    }
}
