using System.Text.Unicode;
using Kv.Application.KeyValues;
using Microsoft.Net.Http.Headers;

namespace Kv.Api.KeyValues;

/// <summary>
/// In which form a value is answered (RFC 9110, section 12): within JSON, as it always was, or as the bytes themselves with
/// their media type, for who asks for that or for <c>?raw</c>. Where both are as welcome, it is JSON.
/// </summary>
internal static class Representation
{
    private const string Raw = "raw";
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private static readonly MediaTypeHeaderValue Text = new("text/plain") { Charset = "utf-8" };
    private static readonly MediaTypeHeaderValue Bytes = new("application/octet-stream");

    /// <summary>Whether only JSON can be meant, so that nobody need know of the content type.</summary>
    public static bool IsJsonOnly(HttpRequest request)
    {
        if (request.QueryString.HasValue && request.Query.ContainsKey(Raw))
            return false;
        var accept = request.Headers.Accept;
        return accept.Count == 0 || (accept.Count == 1 && accept[0] is "*/*" or "application/json" or "");
    }

    /// <summary>Chooses the form of a value.</summary>
    /// <returns>The media type of the bytes; <see cref="JsonType"/> for JSON; null when the caller welcomes none.</returns>
    public static string? Choose(HttpRequest request, KeyValueDto keyValue)
    {
        if (IsJsonOnly(request))
            return JsonType;
        var offers = Offers(keyValue);
        if (request.Query.ContainsKey(Raw))
            return offers[0].ToString();
        var ranges = request.GetTypedHeaders().Accept;
        // A header that cannot be read says nothing.
        if (ranges.Count == 0)
            return JsonType;
        var best = offers.MaxBy(offer => Quality(ranges, offer))!;
        var quality = Quality(ranges, best);
        var json = Quality(ranges, Json);
        return json >= quality ? (json > 0 ? JsonType : null) : best.ToString();
    }

    /// <summary>Stands for JSON.</summary>
    public const string JsonType = "application/json";

    /// <summary>The media types in which the bytes of a value can be answered, the best first.</summary>
    public static IReadOnlyList<MediaTypeHeaderValue> Offers(KeyValueDto keyValue)
    {
        if (keyValue.ContentType is { } type && MediaTypeHeaderValue.TryParse(type, out var given))
            return [given, Bytes];
        return Utf8.IsValid(keyValue.Value.Span) ? [Text, Bytes] : [Bytes];
    }

    // The most specific range that an offer is in tells its quality (RFC 9110, section 12.5.1).
    private static double Quality(IList<MediaTypeHeaderValue> ranges, MediaTypeHeaderValue offer)
    {
        MediaTypeHeaderValue? closest = null;
        foreach (var range in ranges)
            if (IsWithin(offer, range) && (closest is null || Specificity(range) > Specificity(closest)))
                closest = range;
        return closest is null ? 0 : closest.Quality ?? 1;
    }

    // "text/plain" alone is taken for any charset, and an offer's own parameters are no demand of the caller's.
    private static bool IsWithin(MediaTypeHeaderValue offer, MediaTypeHeaderValue range) =>
        range.MatchesAllTypes
        || (range.Type.Equals(offer.Type, StringComparison.OrdinalIgnoreCase)
            && (range.MatchesAllSubTypes || range.SubType.Equals(offer.SubType, StringComparison.OrdinalIgnoreCase)));

    private static int Specificity(MediaTypeHeaderValue range) => range.MatchesAllTypes ? 0 : range.MatchesAllSubTypes ? 1 : 2;
}
