using Kv.Api.Errors;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Kv.Api.Middleware;

/// <summary>
/// Refuses requests that the framework would misinterpret (RFC 9110): a method in lower case (methods are
/// case-sensitive, section 9.1), a malformed Content-Type (section 8.3.1), a compressed body (section 8.4), and a
/// partial body (section 14.5). Refuses long lists in headers as well, which cost much more to parse than to send.
/// </summary>
internal sealed class StrictRequests(RequestDelegate next)
{
    private const int MaxParsedLength = 4_096;

    public Task Invoke(HttpContext context)
    {
        var request = context.Request;
        var method = HttpMethods.GetCanonicalizedValue(request.Method);
        if (!string.Equals(method, request.Method, StringComparison.Ordinal))
            return Problems.Create(
                StatusCodes.Status400BadRequest, Problems.InvalidInput,
                $"Methods are case-sensitive: send {method}").WriteTo(context);
        if (LongHeader(request.Headers) is { } header)
            return Problems.Create(
                StatusCodes.Status431RequestHeaderFieldsTooLarge, Problems.InvalidInput,
                $"{header} may have at most {MaxParsedLength} characters").WriteTo(context);
        // The most common types need no parsing.
        if (request.ContentType is not (null or "" or "application/json" or "application/json; charset=utf-8")
            && !IsMediaType(request.ContentType))
            return Problems.Create(
                StatusCodes.Status415UnsupportedMediaType, Problems.InvalidInput,
                "Content-Type must be a media type, such as application/json or application/json; charset=utf-8")
                    .WriteTo(context);
        return WrongPart(request) is { } problem ? problem.WriteTo(context) : next(context);
    }

    private static string? LongHeader(IHeaderDictionary headers) =>
        IsLong(headers.Accept) ? HeaderNames.Accept
        : IsLong(headers.ContentType) ? HeaderNames.ContentType
        : IsLong(headers.IfMatch) ? HeaderNames.IfMatch
        : IsLong(headers.IfNoneMatch) ? HeaderNames.IfNoneMatch
        : null;

    private static bool IsLong(StringValues values)
    {
        var length = 0;
        foreach (var value in values)
            length += value?.Length ?? 0;
        return length > MaxParsedLength;
    }

    // Kv would store a compressed or partial body as if it were the value.
    private static ProblemDetails? WrongPart(HttpRequest request)
    {
        if (request.Headers.ContentEncoding is [{ Length: > 0 } encoding, ..]
            && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            request.HttpContext.Response.Headers.AcceptEncoding = "identity";
            return Problems.Create(
                StatusCodes.Status415UnsupportedMediaType, Problems.InvalidInput,
                "Content-Encoding is not supported: send the body uncompressed");
        }
        return request.Headers.ContentRange.Count > 0
            ? Problems.Create(
                StatusCodes.Status400BadRequest, Problems.InvalidInput,
                "Content-Range is not supported: send the whole body (RFC 9110, section 14.5)")
            : null;
    }

    // The parser accepts a parameter without a value, which the grammar does not allow.
    private static bool IsMediaType(string text) =>
        MediaTypeHeaderValue.TryParse(text, out var type)
        && type.Parameters.All(parameter => parameter.Value.Length > 0);
}
