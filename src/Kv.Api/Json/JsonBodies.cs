using System.IO.Pipelines;
using System.Net.Mime;
using System.Text;
using System.Text.Json;
using Kv.Api.Errors;
using Kv.Api.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc.Formatters;

namespace Kv.Api.Json;

/// <summary>The body of a request, which reads itself.</summary>
internal interface IBody<out TSelf>
{
    static abstract TSelf Read(ref Utf8JsonReader reader);
}

/// <summary>
/// Reads bodies of JSON. MVC's model binding would give the same result, but its general machinery costs a fifth of
/// Kv's time for a request.
/// </summary>
internal static class JsonBodies
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly UnicodeEncoding Utf16 =
        new(bigEndian: false, byteOrderMark: true, throwOnInvalidBytes: true);

    /// <summary>The largest body for one key with its value.</summary>
    // JSON can escape a byte of the value to six ("\u0041") and a character of the key to twelve (a surrogate pair).
    // The rest is for the other members.
    public static long MaxBodyBytes(this Limits limits) =>
        6L * limits.MaxValueBytes + 12L * limits.MaxKeyLength + 4096;

    /// <summary>Reads a whole body.</summary>
    /// <param name="otherType">A media type that the body may have instead of JSON's.</param>
    /// <exception cref="BadHttpRequestException">
    /// 415: the body has another content type or an unknown charset.
    /// </exception>
    /// <exception cref="BodyException">The body is missing, malformed or invalid.</exception>
    public static async ValueTask<TBody> ReadBody<TBody>(this HttpRequest request, string? otherType = null)
        where TBody : class, IBody<TBody>
    {
        // The server limits the length of the body.
        var parts = request.BodyParts(long.MaxValue, otherType);
        var body = await parts.Element<TBody>(
            static (ref reader) => reader.TokenType == JsonTokenType.Null ? null : TBody.Read(ref reader),
            request.HttpContext.RequestAborted);
        await parts.End(request.HttpContext.RequestAborted);
        return body ?? throw Missing();
    }

    /// <summary>The body, to be read part by part.</summary>
    /// <inheritdoc cref="ReadBody"/>
    public static JsonParts BodyParts(this HttpRequest request, long maxPartBytes, string? otherType = null)
    {
        if (!MediaTypes.Is(request, MediaTypeNames.Application.Json)
            && (otherType is null || !MediaTypes.Is(request, otherType)))
            throw WrongType();
        if (request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
            throw Missing();
        var type = new MediaType(request.ContentType!);
        Encoding encoding = !type.Charset.HasValue || type.Encoding?.WebName == Utf8.WebName ? Utf8
            : type.Encoding?.WebName == Utf16.WebName ? Utf16
            : throw WrongType();
        var body = encoding == Utf8
            ? request.BodyReader
            : PipeReader.Create(Encoding.CreateTranscodingStream(request.Body, encoding, Utf8, leaveOpen: true));
        return new JsonParts(body, maxPartBytes);
    }

    private static BadHttpRequestException WrongType() =>
        new(Problems.WrongContentType, StatusCodes.Status415UnsupportedMediaType);

    private static BodyException Missing() => new("body", "A non-empty request body is required.");
}
