using System.Globalization;
using Kv.Api.Answers;
using Kv.Api.KeyValues.Bodies;
using Kv.Application.KeyValues;

namespace Kv.Api.KeyValues;

/// <summary>
/// Answers the bytes of a value. The headers prevent browsers from executing stored content as part of this site.
/// </summary>
internal sealed class RawAnswer(KeyValueDto keyValue, string contentType) : IActionResult
{
    public async Task ExecuteResultAsync(ActionContext context)
    {
        var response = context.HttpContext.Response;
        response.ContentType = contentType;
        response.ContentLength = keyValue.Value.Length;
        response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (keyValue.Ttl is { } ttl)
            response.Headers[RawBody.TtlHeader] = ttl.ToString(CultureInfo.InvariantCulture);
        if (keyValue.Value.Length <= AnswerBody.PieceBytes)
        {
            await response.BodyWriter.WriteAsync(keyValue.Value, context.HttpContext.RequestAborted);
            return;
        }
        await AnswerBody.SendLarge(
            context.HttpContext, keyValue.Value.Length, body => body.Write(keyValue.Value));
    }
}
