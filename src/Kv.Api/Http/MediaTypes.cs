using Microsoft.Net.Http.Headers;

namespace Kv.Api.Http;

/// <summary>Compares the content type of a request, without its parameters.</summary>
internal static class MediaTypes
{
    /// <summary>A JSON merge patch (RFC 7396).</summary>
    public const string MergePatch = "application/merge-patch+json";

    /// <summary>Whether the content type is exactly this one, with any parameters.</summary>
    public static bool Is(HttpRequest request, string mediaType) =>
        string.Equals(request.ContentType, mediaType, StringComparison.Ordinal)
        || (MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && type.MediaType.Equals(mediaType, StringComparison.OrdinalIgnoreCase));
}
