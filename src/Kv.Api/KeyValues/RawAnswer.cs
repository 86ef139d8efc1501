using System.Globalization;
using Kv.Application.KeyValues;
using Microsoft.AspNetCore.Mvc;

namespace Kv.Api.KeyValues;

/// <summary>
/// A value as its bytes. Whatever it is, it is not a part of this site: a browser neither guesses another type nor runs
/// what a caller stored.
/// </summary>
internal sealed class RawAnswer(KeyValueDto keyValue, string contentType) : IActionResult
{
    public async Task ExecuteResultAsync(ActionContext context)
    {
        var response = context.HttpContext.Response;
        response.ContentType = contentType;
        response.ContentLength = keyValue.Value.Length;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        if (keyValue.Ttl is { } ttl)
            response.Headers[RawBody.TtlHeader] = ttl.ToString(CultureInfo.InvariantCulture);
        await response.BodyWriter.WriteAsync(keyValue.Value, context.HttpContext.RequestAborted);
    }
}
