using System.Buffers;
using System.Net.Mime;
using FluentValidation;
using Kv.Api.Http;
using Kv.Api.Json;
using Kv.Application.Pipeline;
using Microsoft.Net.Http.Headers;

namespace Kv.Api.KeyValues.Bodies;

/// <summary>Reads a value that is the body itself.</summary>
internal static class RawBody
{
    /// <summary>The header with the time to live of a raw value.</summary>
    public const string TtlHeader = "KV-TTL";

    /// <summary>The query parameter for raw values in bodies and answers.</summary>
    public const string Raw = "raw";

    /// <summary>The error of a body whose type cannot be that of a value.</summary>
    public const string WrongType =
        "Content-Type must be application/json, or name the type of a value that is the body itself; "
        + "it must not be that of a form";

    // The default types of curl and of browsers' forms, which callers hardly intend as the type of a value.
    private static readonly string[] FormTypes = ["application/x-www-form-urlencoded", "multipart/form-data"];

    /// <summary>Whether the body can be a raw value: it has a content type, which is not that of a form.</summary>
    public static bool IsValue(HttpRequest request) =>
        request.ContentType is { Length: > 0 } type
        && MediaTypeHeaderValue.TryParse(type, out _)
        && !FormTypes.Any(form => type.StartsWith(form, StringComparison.OrdinalIgnoreCase));

    /// <summary>The error of a JSON body with a wrong content type.</summary>
    public const string UndeclaredJson =
        "The body looks like the JSON of this call: send it with Content-Type: application/json, "
        + "or add ?raw to the URL to store it "
        + "as it is";

    /// <summary>
    /// Whether the body is the call's JSON under another content type: <c>fetch</c> and .NET's <c>StringContent</c>
    /// send text/plain by default.
    /// </summary>
    public static bool IsUndeclaredJson(HttpRequest request, ReadOnlySpan<byte> body) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && (type.MediaType.Equals(MediaTypeNames.Text.Plain, StringComparison.OrdinalIgnoreCase)
            || type.MediaType.Equals("text/json", StringComparison.OrdinalIgnoreCase)
            || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase))
        && KeyValueBody.LooksLike(body);

    /// <summary>Reads the whole body.</summary>
    /// <exception cref="ValidationException">
    /// The body is larger than the limit of values; the rest is not read.
    /// </exception>
    public static async Task<ReadOnlyMemory<byte>> Read(
        HttpRequest request, Limits limits, CancellationToken cancellationToken)
    {
        if (request.ContentLength > limits.MaxValueBytes)
            throw TooLarge(limits);
        while (true)
        {
            var read = await request.BodyReader.ReadAsync(cancellationToken);
            // The bytes stay in the pipe until the end, so that an announced length allocates nothing.
            var isTooLarge = read.Buffer.Length > limits.MaxValueBytes;
            var value = read.IsCompleted && !isTooLarge ? read.Buffer.ToArray() : null;
            request.BodyReader.AdvanceTo(
                isTooLarge || read.IsCompleted ? read.Buffer.End : read.Buffer.Start, read.Buffer.End);
            if (isTooLarge)
                throw TooLarge(limits);
            if (value is not null)
                return value;
        }
    }

    /// <summary>Reads the time to live from the header.</summary>
    /// <exception cref="ValidationException">The header is neither a whole number nor <c>never</c>.</exception>
    public static TimeToLive Ttl(HttpRequest request) => request.Header(TtlHeader) is { } text
        ? TtlValues.TryParse(text) ?? throw InvalidInput.In(TtlHeader, TtlValues.RuleOf(TtlHeader))
        : TimeToLive.Default;

    private static ValidationException TooLarge(Limits limits) =>
        InvalidInput.In("value", $"Value too large (max {limits.MaxValueBytes} bytes)");
}
