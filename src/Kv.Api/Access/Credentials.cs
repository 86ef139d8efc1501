using FluentValidation;
using FluentValidation.Results;
using Kv.Api.KeyValues;
using Microsoft.Net.Http.Headers;

namespace Kv.Api.Access;

/// <summary>Takes the credential from a request's headers.</summary>
internal static class Credentials
{
    public const string ApiKeyHeader = "X-API-Key";
    private const string Bearer = "Bearer ";

    /// <summary>The credential; null when there is none, or it is of a scheme that Kv does not know.</summary>
    /// <exception cref="ValidationException">
    /// There is more than one: what stands in front of Kv might go by another than Kv (RFC 6750, section 3.1, invalid_request).
    /// </exception>
    public static string? Read(HttpRequest request)
    {
        var authorization = request.Header(HeaderNames.Authorization);
        var apiKey = request.Header(ApiKeyHeader);
        if (authorization is not null && apiKey is not null)
            throw new ValidationException([new ValidationFailure(
                ApiKeyHeader, $"{ApiKeyHeader} must not be sent together with {HeaderNames.Authorization}")]);
        if (apiKey is not null)
            return apiKey.Trim();
        return authorization is not null && authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? authorization[Bearer.Length..].Trim()
            : null;
    }
}
