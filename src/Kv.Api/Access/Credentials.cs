using FluentValidation;
using Kv.Api.Http;
using Kv.Application.Pipeline;
using Microsoft.Net.Http.Headers;

namespace Kv.Api.Access;

/// <summary>Reads the credential from a request's headers.</summary>
internal static class Credentials
{
    public const string ApiKeyHeader = "X-API-Key";
    private const string Bearer = "Bearer ";

    /// <summary>The credential; null when the request has none, or one of an unknown scheme.</summary>
    /// <exception cref="ValidationException">
    /// The request has more than one: a gateway in front of Kv could check another one than Kv (RFC 6750, section 3.1,
    /// invalid_request).
    /// </exception>
    public static string? Read(HttpRequest request)
    {
        var authorization = request.Header(HeaderNames.Authorization);
        var apiKey = request.Header(ApiKeyHeader);
        if (authorization is not null && apiKey is not null)
            throw InvalidInput.In(
                ApiKeyHeader, $"{ApiKeyHeader} must not be sent together with {HeaderNames.Authorization}");
        if (apiKey is not null)
            return apiKey.Trim();
        return authorization is not null && authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? authorization[Bearer.Length..].Trim()
            : null;
    }
}
