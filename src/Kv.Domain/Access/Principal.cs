namespace Kv.Domain.Access;

/// <summary>
/// The identity behind a credential: an API key, named by its id, or a token's holder, named by subject and issuer.
/// </summary>
public sealed record Principal
{
    private Principal(string? apiKey, string? subject, string? issuer) =>
        (ApiKey, Subject, Issuer) = (apiKey, subject, issuer);

    /// <summary>The id of the API key; null for a token.</summary>
    public string? ApiKey { get; }

    /// <summary>
    /// The token's subject (RFC 7519, section 4.1.2); null for an API key, empty for a token without a subject.
    /// </summary>
    public string? Subject { get; }

    /// <summary>The token's issuer; null for an API key.</summary>
    public string? Issuer { get; }

    /// <summary>A name that may be logged: the id of the API key, or the subject of the token.</summary>
    public string Name => ApiKey ?? Subject!;

    /// <summary>The principal of an API key.</summary>
    public static Principal OfApiKey(string id) => new(id, null, null);

    /// <summary>The principal of a token.</summary>
    public static Principal OfToken(string subject, string issuer) => new(null, subject, issuer);
}
