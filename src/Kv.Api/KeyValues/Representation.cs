using System.Text.Unicode;
using Kv.Api.Http;
using Kv.Api.KeyValues.Bodies;
using Kv.Application.KeyValues;
using Microsoft.Net.Http.Headers;

namespace Kv.Api.KeyValues;

/// <summary>
/// Selects the representation of a value (RFC 9110, section 12): JSON, or the raw bytes with their media type for
/// clients that prefer it or send <c>?raw</c>. At equal preference it is JSON.
/// </summary>
internal static class Representation
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private static readonly MediaTypeHeaderValue Text = new("text/plain") { Charset = "utf-8" };
    private static readonly MediaTypeHeaderValue Bytes = new("application/octet-stream");

    /// <summary>Whether only JSON can result, so that the content type need not be read.</summary>
    public static bool IsJsonOnly(HttpRequest request)
    {
        if (request.Flag(RawBody.Raw))
            return false;
        var accept = request.Headers.Accept;
        return accept.Count == 0 || (accept.Count == 1 && accept[0] is "*/*" or "application/json" or "");
    }

    /// <summary>Selects the representation of a value.</summary>
    /// <returns>
    /// The media type of the bytes; <see cref="WithinJson"/> for JSON that contains the value; null when the client
    /// accepts neither.
    /// </returns>
    public static string? Choose(HttpRequest request, KeyValueDto keyValue)
    {
        if (IsJsonOnly(request))
            return WithinJson;
        var offers = Offers(keyValue);
        if (request.Flag(RawBody.Raw))
            return offers[0].ToString();
        var ranges = request.GetTypedHeaders().Accept;
        // Ignore a malformed header.
        if (ranges.Count == 0)
            return WithinJson;
        var best = offers.MaxBy(offer => Quality(ranges, offer))!;
        var quality = Quality(ranges, best);
        var json = Quality(ranges, Json);
        return json >= quality ? (json > 0 ? WithinJson : null) : best.ToString();
    }

    /// <summary>Represents JSON that contains the value, in contrast to a value that is JSON itself.</summary>
    public const string WithinJson = "";

    /// <summary>The available media types for the bytes of a value, the best first.</summary>
    public static IReadOnlyList<MediaTypeHeaderValue> Offers(KeyValueDto keyValue)
    {
        if (keyValue.ContentType is { } type && MediaTypeHeaderValue.TryParse(type, out var given))
            return [given, Bytes];
        return Utf8.IsValid(keyValue.Value.Span) ? [Text, Bytes] : [Bytes];
    }

    // The most specific matching range determines the quality (RFC 9110, section 12.5.1).
    private static double Quality(IList<MediaTypeHeaderValue> ranges, MediaTypeHeaderValue offer)
    {
        var closest = ranges.Where(range => IsWithin(offer, range)).MaxBy(Specificity);
        return closest is null ? 0 : closest.Quality ?? 1;
    }

    // Ignores parameters: "text/plain" matches any charset.
    private static bool IsWithin(MediaTypeHeaderValue offer, MediaTypeHeaderValue range) =>
        range.MatchesAllTypes
        || (range.Type.Equals(offer.Type, StringComparison.OrdinalIgnoreCase)
            && (range.MatchesAllSubTypes || range.SubType.Equals(offer.SubType, StringComparison.OrdinalIgnoreCase)));

    private static int Specificity(MediaTypeHeaderValue range) =>
        range.MatchesAllTypes ? 0 : range.MatchesAllSubTypes ? 1 : 2;
}
