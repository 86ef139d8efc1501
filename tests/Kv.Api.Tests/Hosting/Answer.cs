using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Kv.Api.Tests.Hosting;

/// <summary>An answer, read to its end.</summary>
internal sealed record Answer(int Status, string? ContentType, ILookup<string, string> Headers, string Body)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    public string? Header(string name) => Headers[name].SingleOrDefault();

    public static async Task<Answer> Of(HttpResponseMessage response)
    {
        var headers = response.Headers.Concat(response.Content.Headers)
            .SelectMany(header => header.Value.Select(value => (header.Key, value)))
            .ToLookup(header => header.Key, header => header.value, StringComparer.OrdinalIgnoreCase);
        var body = await response.Content.ReadAsStringAsync();
        return new Answer(
            (int)response.StatusCode, MediaType(response.Content.Headers.ContentType?.ToString()), headers, body);
    }

    public static string? MediaType(string? contentType) =>
        contentType is null ? null : MediaTypeHeaderValue.Parse(contentType).MediaType;

    public override string ToString() =>
        $"{Status} {(HttpStatusCode)Status} {ContentType}\n{Body[..Math.Min(Body.Length, 2000)]}";
}
