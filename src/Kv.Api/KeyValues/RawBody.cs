using System.Globalization;
using System.Net.Mime;
using FluentValidation;
using FluentValidation.Results;
using Kv.Domain;
using Microsoft.Net.Http.Headers;

namespace Kv.Api.KeyValues;

/// <summary>A value that is the body itself, as bytes.</summary>
internal static class RawBody
{
    /// <summary>The header with the time to live, where the body has no room for it.</summary>
    public const string TtlHeader = "KV-TTL";

    /// <summary>What is wrong with a body that is no value.</summary>
    public const string WrongType =
        "Content-Type must be application/json, or name the type of a value that is the body itself; it must not be that of a form";

    // What curl and browsers' forms call whatever they send: nobody means it as the type of a value.
    private static readonly string[] FormTypes = ["application/x-www-form-urlencoded", "multipart/form-data"];

    /// <summary>Whether the body is the value within JSON, and not the value itself.</summary>
    public static bool IsJson(HttpRequest request) =>
        request.ContentType is MediaTypeNames.Application.Json
        || (MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && type.MediaType.Equals(MediaTypeNames.Application.Json, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether the body can be meant as a value of its own: it says what it is, and it is one thing.</summary>
    public static bool IsValue(HttpRequest request) =>
        request.ContentType is { Length: > 0 } type
        && MediaTypeHeaderValue.TryParse(type, out _)
        && !FormTypes.Any(form => type.StartsWith(form, StringComparison.OrdinalIgnoreCase));

    /// <summary>Reads the body to its end.</summary>
    /// <exception cref="ValidationException">It is larger than a value may be; the rest is not read.</exception>
    public static async Task<ReadOnlyMemory<byte>> Read(HttpRequest request, Limits limits, CancellationToken cancellationToken)
    {
        if (request.ContentLength > limits.MaxValueBytes)
            throw TooLarge(limits);
        using var value = new MemoryStream((int)(request.ContentLength ?? 0));
        while (true)
        {
            var read = await request.BodyReader.ReadAsync(cancellationToken);
            foreach (var segment in read.Buffer)
                value.Write(segment.Span);
            request.BodyReader.AdvanceTo(read.Buffer.End);
            if (value.Length > limits.MaxValueBytes)
                throw TooLarge(limits);
            if (read.IsCompleted)
                return value.GetBuffer().AsMemory(0, (int)value.Length);
        }
    }

    /// <summary>The time to live that the header tells, in seconds; null when there is none.</summary>
    /// <exception cref="ValidationException">It is no whole number.</exception>
    public static long? Ttl(HttpRequest request)
    {
        var header = request.Headers[TtlHeader];
        if (header.Count == 0)
            return null;
        return header.Count == 1
            && long.TryParse(header[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds)
                ? seconds
                : throw Invalid(TtlHeader, $"{TtlHeader} must be a whole number of seconds");
    }

    private static ValidationException TooLarge(Limits limits) =>
        Invalid("value", $"Value too large (max {limits.MaxValueBytes} bytes)");

    private static ValidationException Invalid(string field, string message) => new([new ValidationFailure(field, message)]);
}
